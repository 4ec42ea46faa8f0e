//! The README names what a person sets and gets.

use super::read::{Template, text_of};

#[test]
fn the_readme_names_every_parameter_and_every_output() {
    let (template, readme) = (Template::main(), text_of("infra/README.md"));
    for section in ["Parameters", "Outputs"] {
        for name in template.section(section).keys() {
            assert!(readme.contains(&format!("`{name}`")), "{section}: {name}");
        }
    }
}

#[test]
fn the_readme_names_every_alarm() {
    let readme = text_of("infra/README.md");
    for (id, alarm) in Template::read("infra/alarms.yaml").all("AWS::CloudWatch::Alarm") {
        let name = alarm["Properties"]["AlarmName"]["Fn::Sub"].as_str().unwrap();
        let name = name.strip_prefix("${System}-").unwrap();
        assert!(readme.contains(&format!("`{name}`")), "{id}");
    }
}
