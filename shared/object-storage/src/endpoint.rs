//! Where S3 is.

use lambda_kit::Environment;

/// The endpoint of the environment, S3's own before that of all services; else the region's.
pub(crate) fn of(environment: &Environment, region: &str) -> String {
    let own = environment.optional_text("AWS_ENDPOINT_URL_S3");
    if let Some(url) = own.or_else(|| environment.optional_text("AWS_ENDPOINT_URL")) {
        return url;
    }
    let is_on = |name| {
        environment.optional_text(name).is_some_and(|text| text.eq_ignore_ascii_case("true"))
    };
    let fips = if is_on("AWS_USE_FIPS_ENDPOINT") { "-fips" } else { "" };
    let dual_stack = if is_on("AWS_USE_DUALSTACK_ENDPOINT") { ".dualstack" } else { "" };
    let china = if region.starts_with("cn-") { ".cn" } else { "" };
    format!("https://s3{fips}{dual_stack}.{region}.amazonaws.com{china}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(region: &str, variables: &[(&str, &str)]) -> String {
        of(&Environment::from_pairs(variables.iter().copied()), region)
    }

    #[test]
    fn the_regions_endpoint_follows_partition_fips_and_dual_stack() {
        assert_eq!(endpoint("eu-central-1", &[]), "https://s3.eu-central-1.amazonaws.com");
        assert_eq!(endpoint("cn-north-1", &[]), "https://s3.cn-north-1.amazonaws.com.cn");
        let both = [("AWS_USE_FIPS_ENDPOINT", "true"), ("AWS_USE_DUALSTACK_ENDPOINT", "true")];
        assert_eq!(
            endpoint("us-east-1", &both),
            "https://s3-fips.dualstack.us-east-1.amazonaws.com"
        );
    }

    #[test]
    fn an_endpoint_of_the_environment_takes_its_place_and_s3s_own_goes_first() {
        let all = ("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
        assert_eq!(endpoint("us-east-1", &[all]), "http://127.0.0.1:1");
        let own = ("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:2");
        assert_eq!(endpoint("us-east-1", &[all, own]), "http://127.0.0.1:2");
    }
}
