//! robots.txt (RFC 9309), and what pages and headers say to search engines.

/// A robots.txt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Robots {
    groups: Vec<Group>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Group {
    /// Product tokens in lower case; `*` for everybody.
    agents: Vec<String>,
    rules: Vec<Rule>,
}

/// A rule of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Allow or disallow.
    pub allows: bool,
    /// The path that it is about; `*` stands for anything, `$` for the end.
    pub path: String,
    /// The number of its line, from 1.
    pub line: usize,
}

impl Robots {
    /// Reads the lines of a file. What is no rule is passed over, as crawlers do (section 2.2).
    pub fn read<'l>(lines: impl IntoIterator<Item = &'l str>) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        let mut naming = false;
        for (index, line) in lines.into_iter().enumerate() {
            let line = line.trim_start_matches('\u{feff}').split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else { continue };
            let value = value.trim();
            match key.trim().to_ascii_lowercase().as_str() {
                "user-agent" => {
                    if !naming {
                        groups.push(Group::default());
                    }
                    naming = true;
                    if let Some(group) = groups.last_mut() {
                        group.agents.push(token(value));
                    }
                }
                key @ ("allow" | "disallow") => {
                    naming = false;
                    // An empty one forbids nothing; those before any group belong to nobody.
                    if let Some(group) = groups.last_mut().filter(|_| !value.is_empty()) {
                        let allows = key == "allow";
                        group.rules.push(Rule { allows, path: value.to_owned(), line: index + 1 });
                    }
                }
                _ => {}
            }
        }
        Self { groups }
    }

    /// The rule that forbids a path to a crawler: the longest that fits decides, and of two that are
    /// as long the one that allows (section 2.2.2).
    pub fn forbids(&self, agent: &str, path: &str) -> Option<&Rule> {
        let fitting = self.rules_for(agent).filter(|rule| fits(&rule.path, path));
        let decisive = fitting.max_by_key(|rule| (rule.path.len(), rule.allows));
        decisive.filter(|rule| !rule.allows)
    }

    /// The rules of all groups that name the crawler, or else of those for everybody (section 2.2.1).
    fn rules_for(&self, agent: &str) -> impl Iterator<Item = &Rule> {
        let agent = agent.to_ascii_lowercase();
        let named = self.groups.iter().any(|group| group.agents.contains(&agent));
        let wanted = if named { agent } else { "*".to_owned() };
        let groups = self.groups.iter().filter(move |group| group.agents.contains(&wanted));
        groups.flat_map(|group| &group.rules)
    }
}

/// A crawler's name without its version: `Googlebot/2.1` is Googlebot.
fn token(agent: &str) -> String {
    if agent.starts_with('*') {
        return "*".to_owned();
    }
    let end = agent.find(|c: char| !(c.is_ascii_alphabetic() || matches!(c, '_' | '-')));
    agent[..end.unwrap_or(agent.len())].to_ascii_lowercase()
}

/// True where a path begins as a pattern says.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, whole) = pattern.strip_suffix('$').map_or((pattern, false), |pattern| (pattern, true));
    let mut parts = pattern.split('*');
    let Some(mut rest) = path.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    for (index, part) in parts.iter().enumerate() {
        if whole && index + 1 == parts.len() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    !whole || rest.is_empty()
}

/// True where a directive of `meta name=robots` keeps a page out of the index.
pub fn is_noindex(directives: &str) -> bool {
    let mut words = directives.split(',').map(str::trim);
    words.any(|word| word.eq_ignore_ascii_case("noindex") || word.eq_ignore_ascii_case("none"))
}

/// True where an `X-Robots-Tag` keeps a page out of Google's index: for everybody, or by name
/// (`googlebot: noindex`).
pub fn is_noindex_header(value: &str) -> bool {
    let mut agent = String::new();
    value.split(',').any(|part| {
        let mut directive = part.trim();
        if let Some((name, rest)) = directive.split_once(':')
            && !is_directive(name)
        {
            agent = name.trim().to_ascii_lowercase();
            directive = rest.trim();
        }
        (agent.is_empty() || agent == "googlebot" || agent == "*") && is_noindex(directive)
    })
}

/// Directives that have a value behind a colon, so that their name is no crawler's.
fn is_directive(name: &str) -> bool {
    let name = name.trim().to_ascii_lowercase();
    name.starts_with("max-") || name == "unavailable_after"
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn forbidden(text: &str, agent: &str, path: &str) -> Option<usize> {
        Robots::read(text.lines()).forbids(agent, path).map(|rule| rule.line)
    }

    #[test]
    fn the_longest_rule_decides() {
        let text = "User-agent: *\nDisallow: /\nAllow: /$\nAllow: /public/\nDisallow: /public/*.pdf$";
        assert_eq!(forbidden(text, "googlebot", "/"), None);
        assert_eq!(forbidden(text, "googlebot", "/x"), Some(2));
        assert_eq!(forbidden(text, "googlebot", "/public/a"), None);
        assert_eq!(forbidden(text, "googlebot", "/public/a.pdf"), Some(5));
        assert_eq!(forbidden(text, "googlebot", "/public/a.pdf?x"), None);
        assert_eq!(forbidden("user-agent: *\nallow: /a\ndisallow: /a", "x", "/a"), None);
    }

    #[test]
    fn a_crawlers_own_groups_replace_those_for_everybody() {
        let text =
            "User-agent: *\nDisallow: /\n\nuser-agent: Googlebot/2.1\nuser-agent: bingbot\nDisallow:\n";
        assert_eq!(forbidden(text, "Googlebot", "/"), None);
        assert_eq!(forbidden(text, "bingbot", "/"), None);
        assert_eq!(forbidden(text, "other", "/"), Some(2));
        let parted = "User-agent: a\nDisallow: /x\nUser-agent: *\nDisallow: /\nUser-agent: A\nDisallow: /y";
        assert_eq!(forbidden(parted, "a", "/y"), Some(6));
        assert_eq!(forbidden(parted, "a", "/x"), Some(2));
        assert_eq!(forbidden(parted, "a", "/z"), None);
    }

    #[test]
    fn what_is_no_rule_forbids_nothing() {
        for text in ["", "Disallow: /", "<!doctype html>\n<p>Disallow: /</p>", "User-agent: *\nDisallow: # /"]
        {
            assert_eq!(forbidden(text, "googlebot", "/"), None, "{text}");
        }
        assert_eq!(forbidden("\u{feff}User-agent: *\nSitemap: x\nDisallow:/", "g", "/"), Some(3));
        assert_eq!(forbidden("User-agent: *\nCrawl-delay: 1\nUser-agent: g\nDisallow: /", "x", "/"), Some(4));
    }

    #[test]
    fn pages_and_headers_keep_themselves_out() {
        assert!(is_noindex("follow, NoIndex") && is_noindex("none") && !is_noindex("index, nofollow"));
        for (header, out) in [
            ("noindex", true),
            ("nofollow, noindex", true),
            ("googlebot: noindex", true),
            ("otherbot: noindex, nofollow", false),
            ("otherbot: noindex, googlebot: none", true),
            ("max-snippet: 20, noindex", true),
            ("unavailable_after: 25 Jun 2030 15:00:00 PST", false),
            ("noindexing", false),
        ] {
            assert_eq!(is_noindex_header(header), out, "{header}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "([Uu]ser-agent: ?[*a-z]{0,3}|[Dd]isallow: ?[/*$a]{0,6}|[Aa]llow: ?[/*$a]{0,6}|\\PC{0,9}|\n){0,20}", path in "/[a/*$]{0,8}") {
            let robots = Robots::read(text.lines());
            if let Some(rule) = robots.forbids("googlebot", &path) {
                prop_assert!(!rule.allows && fits(&rule.path, &path));
                let line = text.lines().nth(rule.line - 1).expect("a line");
                prop_assert!(line.to_ascii_lowercase().contains("disallow"));
            }
        }

        #[test]
        fn a_path_fits_itself(path in "/[a-z/]{0,12}") {
            let (whole, longer) = (format!("{path}$"), format!("{path}x"));
            prop_assert!(fits(&path, &path) && fits(&whole, &path) && fits("/", &path));
            prop_assert!(!fits(&longer, &path));
        }
    }
}
