//! From a path in a subgraph's answer to one in the client's response.

use planner::{FieldShape, FieldSource, Shape};

use crate::fault::Segment;
use crate::path::{Step, Steps};

/// Goes on from a field of the response, along the data keys and positions of a subgraph's error, as far as the
/// client's selection goes. This is for what is below a null, where there is no data to follow.
pub(crate) fn follow<'p>(shape: &'p Shape, segments: &[Segment<'_>], steps: &mut Steps<'p>) {
    let mut shape = without_null(shape);
    for segment in segments {
        shape = match (segment, shape) {
            (Segment::Index(index), Shape::List(item)) => {
                steps.push(Step::Index(*index));
                without_null(item)
            }
            (Segment::Key(key), _) => {
                let Some(field) = field_of(shape, key) else {
                    return;
                };
                steps.push(Step::Key(&field.response_key));
                without_null(&field.value)
            }
            _ => return,
        };
    }
}

fn without_null(shape: &Shape) -> &Shape {
    match shape {
        Shape::NonNull(shape) => without_null(shape),
        shape => shape,
    }
}

/// The field that shows a data key; of an abstract type, whichever of its possible types has one.
fn field_of<'p>(shape: &'p Shape, key: &str) -> Option<&'p FieldShape> {
    let shows =
        |field: &&FieldShape| matches!(&field.source, FieldSource::Data(known) if known == key);
    match shape {
        Shape::Object { shape, .. } => shape.fields.iter().find(shows),
        Shape::Abstract { possible, .. } => possible
            .iter()
            .find_map(|(_, shape)| shape.fields.iter().find(shows)),
        _ => None,
    }
}
