#include "storage/raw_connection.hpp"

#include "storage/connection.hpp"

#include <algorithm>

namespace insightd::storage
{

RawConnection connect_raw(const std::string& url)
{
    RawConnection connection{PQconnectdb(with_settings(url).c_str())};
    if (PQstatus(connection.get()) != CONNECTION_OK)
        throw model::Unavailable{
            "the database is away: " + last_words(connection.get()) + mend_connection};
    return connection;
}

std::string last_words(PGconn* connection)
{
    std::string words{PQerrorMessage(connection)};
    words.erase(std::min(words.find('\n'), words.size()));
    return words;
}

std::string scrambled(PGconn* connection, const std::string& user, const config::Secret& password)
{
    const std::unique_ptr<char, void (*)(void*)> text{
        PQencryptPasswordConn(connection, password.reveal().c_str(), user.c_str(), "scram-sha-256"),
        PQfreemem};
    if (!text)
        throw model::Unavailable{"the password cannot be used: " + last_words(connection)};
    return text.get();
}

} // namespace insightd::storage
