//! The HTTP edge that every program of Abaque shows: serving and draining, probes, metrics, logs, playground.
