//! Public keys for DKIM records, made once with OpenSSL; nobody has the private ones.

/// RSA with 2048 bits, as `p=` holds it.
pub const RSA_2048: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA6qG2AY2veQj7dXSiwIhQc4gqbxna4aCl7IviqzKBn1PKezpGRb1H5w80F9IStVqQ8aI+OzMewBFd+wP/8FPXfqaD5YGFCe+4c10byHjL2OhhIp92GXvpMPu+Q4nuDO2de7n5t3wbY3ZlzDIYnckeMlMSbFNCsUJEFZJsI1SiVGSqlA9LSVVfHBtDtstmGxNeiXILtFNPyHvV4bcZU6iu9N9pvXgmlLjo2xqSpN0QUINEpREUqBNpMuO3vpssiKBDhYTDKeCupdbGI+Yb7pUSVRk+1Uf18TvZ/S6MV3N3SHuSmOoaZDjxtR8G/sRSY6HpSosT5B/eHoT6+dX2z4OHEQIDAQAB";
/// RSA with 1024 bits.
pub const RSA_1024: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDTN2qj7b4Y5c/Z1VaI5+YcptuQWKKqXruDBDsYpoeK1HgaPpYU0Z3XOEyJfMyuam7rF+dn1BtrramD6Zz5s/JrXEBNl/Nn6wE3tAgHgZWLXXwyjzgg6uzQizgHJ2wnNJFSX/wEBmT1wiM7Ro3KaOpgvdTPIx+DHBOSOR5qTQOW8wIDAQAB";
/// The same as a subjectPublicKeyInfo in PEM.
pub const RSA_1024_KEY: &str = "-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDTN2qj7b4Y5c/Z1VaI5+YcptuQ
WKKqXruDBDsYpoeK1HgaPpYU0Z3XOEyJfMyuam7rF+dn1BtrramD6Zz5s/JrXEBN
l/Nn6wE3tAgHgZWLXXwyjzgg6uzQizgHJ2wnNJFSX/wEBmT1wiM7Ro3KaOpgvdTP
Ix+DHBOSOR5qTQOW8wIDAQAB
-----END PUBLIC KEY-----
";
/// RSA with 512 bits.
pub const RSA_512: &str = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKs2oJ+1yG2PyeRXh0rZqVl13QKOrqnx95aR4C7rtcsqtx5w6074xRIoBjz3xRWCjbfOlKhkuW5lW4JWFIIzVdMCAwEAAQ==";
/// Ed25519 (RFC 8463).
pub const ED25519: &str = "aXlmrfvylsohp48jjLKtjgg9PmJhx1466YagaYVDDo8=";

/// The text of a record with a good key.
pub fn good_key() -> String {
    format!("v=DKIM1; k=rsa; p={RSA_2048}")
}
