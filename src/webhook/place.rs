//! Where a provider puts the id and the type of an event: `json:data.id`, `header:X-GitHub-Event`.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// A place in an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A dotted path into the JSON body, or the name of a form's field.
    Json(String),
    /// A header.
    Header(String),
}

impl Place {
    /// The dotted path, where it is one.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Json(path) => Some(path),
            Self::Header(_) => None,
        }
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("json", path)) if !path.is_empty() => Ok(Self::Json(path.to_owned())),
            Some(("header", name)) if !name.is_empty() => Ok(Self::Header(name.to_owned())),
            _ => Err(format!("`{text}` is no place: write json:PATH or header:NAME")),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(path) => write!(f, "json:{path}"),
            Self::Header(name) => write!(f, "header:{name}"),
        }
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_as_it_is_read() {
        for text in ["json:0.event-data.id", "header:X-GitHub-Delivery"] {
            assert_eq!(text.parse::<Place>().unwrap().to_string(), text);
        }
        for text in ["", "json:", "id", "body:id"] {
            assert!(text.parse::<Place>().unwrap_err().contains("no place"), "{text}");
        }
    }
}
