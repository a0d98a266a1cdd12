#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace insightd::storage
{

/// A private PostgreSQL in a folder: initdb at first use, unix socket only, trust authentication
/// inside a folder that only its user (and root) may enter. Started as root it runs as another
/// user. A server left by a killed daemon is adopted; one started by a running daemon is shared and
/// left alone by the others: the last one out stops it.
class EmbeddedPostgres
{
public:
    /// Starts or joins the server. Blocks. Throws model::Unavailable with the mend: no PostgreSQL
    /// installed, a folder its user cannot enter, a data folder of another major version.
    explicit EmbeddedPostgres(const std::filesystem::path& state_dir);
    ~EmbeddedPostgres(); ///< fast shutdown, unless another process still uses it

    EmbeddedPostgres(const EmbeddedPostgres&) = delete;
    EmbeddedPostgres& operator=(const EmbeddedPostgres&) = delete;

    /// Starts the server again if it died. Blocks; any thread. Throws model::Unavailable.
    void ensure_running();

    /// libpq connection string of the database `insights`.
    const std::string& url() const;

private:
    struct Server;
    std::unique_ptr<Server> server_;
};

} // namespace insightd::storage
