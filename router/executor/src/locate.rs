//! From a place in a subgraph's answer to the places in the client's response.

use planner::{Fetch, FetchTarget, FieldSource, ObjectShape, PathElement, QueryPlan, Shape};

use crate::error::{PathSegment, SubgraphPathSegment};
use crate::places::{Place, Places};

/// The client's paths for an error path of a subgraph: one, or one for each place of the entity it is about. Where the path goes on
/// into what the client did not ask for, it is cut. Empty when the path is none of the fetch's.
pub(crate) fn client_paths(
    plan: &QueryPlan,
    fetch: &Fetch,
    places: &[Places],
    path: &[SubgraphPathSegment<'_>],
) -> Vec<Vec<PathSegment>> {
    let entities = match &fetch.target {
        FetchTarget::Root => {
            let mut cursor = Cursor::new(plan);
            cursor.follow(path);
            return if cursor.path.is_empty() {
                Vec::new()
            } else {
                vec![cursor.path]
            };
        }
        FetchTarget::Entities(entities) => entities,
    };
    let Some((SubgraphPathSegment::Key(key), below)) = path.split_first() else {
        return Vec::new();
    };
    let Some(index) = entities
        .iter()
        .position(|entity| entity.response_key == key.as_ref())
    else {
        return Vec::new();
    };
    let Some((SubgraphPathSegment::Index(representation), below)) = below.split_first() else {
        return Vec::new();
    };
    places[index]
        .list
        .iter()
        .filter(|place| place.representation == *representation)
        .map(|place| {
            let mut cursor = Cursor::new(plan);
            cursor.go_to(&entities[index].paths[place.path], place);
            cursor.follow(below);
            cursor.path
        })
        .collect()
}

/// Walks the shape of the response along data keys.
struct Cursor<'p> {
    at: At<'p>,
    path: Vec<PathSegment>,
}

#[derive(Clone, Copy)]
enum At<'p> {
    Object(&'p ObjectShape),
    Value(&'p Shape),
    /// Outside of what the client asked for.
    Outside,
}

impl<'p> Cursor<'p> {
    fn new(plan: &'p QueryPlan) -> Self {
        Self {
            at: At::Object(&plan.shape),
            path: Vec::new(),
        }
    }

    fn key(&mut self, key: &str) {
        let found = self
            .objects()
            .into_iter()
            .flat_map(|object| &object.fields)
            .find(|field| matches!(&field.source, FieldSource::Data(data_key) if data_key == key));
        match found {
            Some(field) => {
                self.path
                    .push(PathSegment::Key(field.response_key.to_string()));
                self.at = At::Value(&field.value);
            }
            None => self.at = At::Outside,
        }
    }

    fn index(&mut self, index: usize) {
        let At::Value(mut shape) = self.at else {
            self.at = At::Outside;
            return;
        };
        while let Shape::NonNull(inner) = shape {
            shape = inner;
        }
        match shape {
            Shape::List(inner) => {
                self.path.push(PathSegment::Index(index));
                self.at = At::Value(inner);
            }
            _ => self.at = At::Outside,
        }
    }

    fn is_list(&self) -> bool {
        let At::Value(mut shape) = self.at else {
            return false;
        };
        while let Shape::NonNull(inner) = shape {
            shape = inner;
        }
        matches!(shape, Shape::List(_))
    }

    /// The shapes that the object here may have.
    fn objects(&self) -> Vec<&'p ObjectShape> {
        let mut shape = match self.at {
            At::Object(object) => return vec![object],
            At::Value(shape) => shape,
            At::Outside => return Vec::new(),
        };
        while let Shape::NonNull(inner) = shape {
            shape = inner;
        }
        match shape {
            Shape::Object { shape, .. } => vec![shape],
            Shape::Abstract { possible, .. } => {
                possible.iter().map(|(_, shape)| &**shape).collect()
            }
            _ => Vec::new(),
        }
    }

    fn follow(&mut self, path: &[SubgraphPathSegment<'_>]) {
        for segment in path {
            match segment {
                SubgraphPathSegment::Key(key) => self.key(key),
                SubgraphPathSegment::Index(index) => self.index(*index),
            }
            if matches!(self.at, At::Outside) {
                return;
            }
        }
    }

    fn go_to(&mut self, path: &[PathElement], place: &Place) {
        let mut indices = place.indices.iter();
        for element in path {
            if let PathElement::Key(key) = element {
                self.key(key);
                while self.is_list() {
                    match indices.next() {
                        Some(index) => self.index(*index),
                        None => return,
                    }
                }
            }
        }
    }
}
