"""Real servers for the tests, started on loopback only when a test asks for one.

Each gives way to a server of your own when its variable is set: TEST_POSTGRES_URL,
TEST_VALKEY_URL, TEST_RABBITMQ_URL, TEST_SANDBOX_URL, and TEST_S3_ENDPOINT_URL with
TEST_S3_ACCESS_KEY_ID and TEST_S3_SECRET_ACCESS_KEY (TEST_S3_TLS_ENDPOINT_URL and TEST_S3_CA_FILE
for the TLS variant).
"""
