use super::*;

#[test]
fn sizes_and_durations_have_units() {
    for text in ["250ms", "30s", "5m", "1h", "0s", "1500ms"] {
        let parsed = parse_duration(text).expect("a duration");
        assert_eq!(parse_duration(&print_duration(parsed)), Some(parsed));
    }
    for text in ["", "5", "5 w", "-1s", "1.5s", "99999999999999999999s", "s"] {
        assert_eq!(parse_duration(text), None, "{text}");
    }
    for text in ["4096", "512 KiB", "2MiB", "1 GiB", "0", "1000"] {
        let parsed = parse_size(text).expect("a size");
        assert_eq!(parse_size(&print_size(parsed)), Some(parsed));
    }
    for text in [
        "",
        "2 MB",
        "2 mib",
        "-1",
        "99999999999999999999",
        "99999999999999999 GiB",
    ] {
        assert_eq!(parse_size(text), None, "{text}");
    }
}

#[test]
fn rates_read_back() {
    for text in ["1/s", "100/m", "1000000000/h"] {
        assert_eq!(parse_rate(text).map(print_rate).as_deref(), Some(text));
    }
    for text in [
        "",
        "100",
        "0/s",
        "1000000001/s",
        "-1/s",
        "+1/s",
        "1/d",
        "1/ s",
        "/s",
        "1.5/s",
    ] {
        assert_eq!(parse_rate(text), None, "{text}");
    }
}
