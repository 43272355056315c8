//! Which absolute names a name may mean ([resolv.conf(5)](https://man7.org/linux/man-pages/man5/resolv.conf.5.html), `search` and `ndots`).

use crate::conf::Conf;

/// The absolute names to ask for, without their last dot, in turn; `None` when it is no name.
///
/// With fewer dots than `ndots` a name is tried below the search domains first. One that ends in a search domain already is taken as it is
/// first, whatever `ndots` says: in a Kubernetes pod `name.namespace.svc.cluster.local` is then one question rather than four.
pub(crate) fn candidates(name: &str, conf: &Conf) -> Option<Vec<String>> {
    if let Some(absolute) = name.strip_suffix('.') {
        return is_name(absolute).then(|| vec![absolute.to_owned()]);
    }
    if !is_name(name) {
        return None;
    }
    let dots = name.bytes().filter(|byte| *byte == b'.').count();
    let below = |domain: &String| {
        let end = name.len().checked_sub(domain.len() + 1);
        end.and_then(|end| name.get(end..)).is_some_and(|suffix| {
            suffix.starts_with('.') && suffix[1..].eq_ignore_ascii_case(domain)
        })
    };
    let searched = conf.search.iter().map(|domain| format!("{name}.{domain}"));
    let searched = searched.filter(|candidate| is_name(candidate));
    let itself = std::iter::once(name.to_owned());
    Some(if dots >= conf.ndots || conf.search.iter().any(below) {
        itself.chain(searched).collect()
    } else {
        searched.chain(itself).collect()
    })
}

/// At most 253 bytes, of parts between dots that are not empty and have at most 63.
fn is_name(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty() && part.len() <= 63 && part.bytes().all(|byte| byte.is_ascii_graphic())
    };
    name.len() <= 253 && name.split('.').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, conf: &str, expect: Option<&[&str]>) {
        let found = candidates(name, &Conf::parse(conf));
        let expect = expect.map(|names| names.iter().map(ToString::to_string).collect());
        assert_eq!(found, expect);
    }

    const POD: &str =
        "search shop.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5";

    #[test]
    fn short_names_are_searched_first_and_long_ones_as_they_are() {
        check("a", "search x y", Some(&["a.x", "a.y", "a"]));
        check("a.b", "search x", Some(&["a.b", "a.b.x"]));
        check("a.b.", "search x", Some(&["a.b"]));
        check("a", "", Some(&["a"]));
    }

    #[test]
    fn in_a_pod_a_full_name_is_asked_for_as_it_is() {
        let searched = [
            "dogs.shop.svc.shop.svc.cluster.local",
            "dogs.shop.svc.svc.cluster.local",
            "dogs.shop.svc.cluster.local",
            "dogs.shop.svc",
        ];
        check("dogs.shop.svc", POD, Some(&searched));
        let found = candidates("dogs.shop.svc.CLUSTER.local", &Conf::parse(POD));
        assert_eq!(
            found.expect("a name").first().map(String::as_str),
            Some("dogs.shop.svc.CLUSTER.local")
        );
    }

    #[test]
    fn what_is_no_name_has_none() {
        for name in ["", ".", "a..b", ".a", "a b", "\u{e9}"] {
            check(name, "search x", None);
        }
        check(&"a".repeat(64), "", None);
        check(&"a.".repeat(130), "", None);
    }
}
