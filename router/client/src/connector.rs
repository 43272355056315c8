//! What opens connections.

use hyper_util::client::legacy::connect::HttpConnector;
use resolver::Resolver;

/// Opens connections to whatever address a name has now.
pub(crate) type Connector = HttpConnector<Resolver>;
