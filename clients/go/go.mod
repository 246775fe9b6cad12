// The name is of a host that nobody has (RFC 2606) until the module is published: docs/clients.md says how to use it from here.
module filemill.example/client

go 1.23
