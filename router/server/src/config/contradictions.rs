//! Bounds that have no effect, as another one is always reached before: the file says something that does not happen. Only what stands in the file is
//! reported; a default is no promise.

use std::time::Duration;

use settings::Section;
use settings::units::{print_duration, print_size};

use super::Config;

/// What a key of `timeouts` is bounded by.
struct Bound {
    key: &'static str,
    time: Duration,
    /// The key that it must not exceed.
    by: &'static str,
    most: Duration,
    /// What happens instead.
    effect: &'static str,
}

impl Config {
    /// Reports times that other times end before.
    pub(super) fn check_timeouts(&self, root: &Section<'_>, timeouts: &Section<'_>) {
        let (client, request) = (&self.client, self.timeouts.request);
        let own = self.subgraphs.values();
        let own = own.filter_map(|subgraph| subgraph.terms.timeout);
        // What any subgraph is given.
        let longest = own.chain([client.timeout]).max().unwrap_or(client.timeout);
        let of_request = "a client's request as a whole ends before that";
        let of_subgraph = "a request to a subgraph as a whole ends before that";
        let bound = |key, time, by, most, effect| Bound {
            key,
            time,
            by,
            most,
            effect,
        };
        let within = "timeouts.subgraph";
        let bounds = [
            bound(
                "subgraph",
                client.timeout,
                "timeouts.request",
                request,
                of_request,
            ),
            bound(
                "subgraph_head",
                client.head_timeout.unwrap_or_default(),
                within,
                longest,
                of_subgraph,
            ),
            bound(
                "subgraph_body",
                client.body_timeout.unwrap_or_default(),
                within,
                longest,
                of_subgraph,
            ),
            bound("connect", client.connect, within, longest, of_subgraph),
            bound(
                "idle",
                client.idle,
                "timeouts.connection_age",
                client.connection_age,
                "no connection becomes so old",
            ),
        ];
        let written = |bound: &Bound| timeouts.place_of(bound.key).is_some();
        for bound in bounds.iter().filter(|bound| written(bound)) {
            if bound.time > bound.most {
                let (by, most) = (bound.by, print_duration(bound.most));
                timeouts.report_key(
                    bound.key,
                    format!(
                        "{} is more than {by}, {most}: {}",
                        print_duration(bound.time),
                        bound.effect
                    ),
                    format!("at most {most}, or more for {by}"),
                );
            }
        }
        for (name, subgraph) in &self.subgraphs {
            let own = subgraph.terms.timeout.zip(subgraph.timeout_at.0);
            let Some((time, place)) = own.filter(|(time, _)| *time > request) else {
                continue;
            };
            let most = print_duration(request);
            root.report_at(
                format!("subgraphs.{name}.timeout"),
                place,
                format!(
                    "{} is more than timeouts.request, {most}: {of_request}",
                    print_duration(time)
                ),
                format!("at most {most}, or more for timeouts.request"),
            );
        }
    }

    /// Reports what one request may hold where all together may hold less.
    pub(super) fn check_memory(&self, limits: &Section<'_>) {
        let memory::Config { total, request } = self.memory;
        if limits.place_of("request_memory").is_some() && request > total {
            let (request, total) = (print_size(request), print_size(total));
            limits.report_key(
                "request_memory",
                format!("{request} is more than limits.memory, {total}, which all requests have together"),
                format!("at most {total}, or more for limits.memory"),
            );
        }
    }
}
