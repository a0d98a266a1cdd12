#pragma once

#include "config/secret.hpp"

#include <libpq-fe.h>

#include <memory>
#include <string>

/// libpq itself, for what libpqxx has no words for.
namespace insightd::storage
{

struct ClosesConnection {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};
using RawConnection = std::unique_ptr<PGconn, ClosesConnection>;

struct ClearsResult {
    void operator()(PGresult* result) const { PQclear(result); }
};
using RawResult = std::unique_ptr<PGresult, ClearsResult>;

/// With the deadlines of connect(). Throws model::Unavailable.
RawConnection connect_raw(const std::string& url);

/// What the server said last, on one line.
std::string last_words(PGconn* connection);

/// The password as the server stores it: what is sent in this form is in no log of the server that
/// could be used to log in. Throws model::Unavailable.
std::string scrambled(PGconn* connection, const std::string& user, const config::Secret& password);

} // namespace insightd::storage
