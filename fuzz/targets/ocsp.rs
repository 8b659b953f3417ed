use launch_ready::ocsp::Response;

/// What is read of a response lies within it, and an error is short.
pub(crate) fn ocsp(data: &[u8]) {
    let response = match Response::parse(data) {
        Ok(response) => response,
        Err(error) => {
            assert!(error.to_string().len() < 100);
            return;
        }
    };
    let within = |part: &[u8]| data.as_ptr_range().contains(&part.as_ptr()) || part.is_empty();
    assert!(within(response.signed) && within(response.signature) && within(response.algorithm));
    assert!(response.certificates.iter().all(|certificate| within(certificate)));
    for answer in &response.answers {
        assert!(within(answer.serial));
        assert_eq!(response.about(answer.serial).map(|found| found.serial), Some(answer.serial));
    }
}
