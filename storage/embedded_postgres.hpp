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
    enum class Start { now, when_needed };

    /// Starts or joins the server, unless that is to wait for ensure_running(). Blocks. Throws
    /// model::Unavailable with the mend: no PostgreSQL installed, a folder its user cannot enter, a
    /// data folder of another major version.
    explicit EmbeddedPostgres(const std::filesystem::path& state_dir, Start start = Start::now);
    ~EmbeddedPostgres(); ///< fast shutdown, unless another process still uses it

    EmbeddedPostgres(const EmbeddedPostgres&) = delete;
    EmbeddedPostgres& operator=(const EmbeddedPostgres&) = delete;

    /// Starts the server if it is not there yet, or died. Blocks; one thread at a time, any of
    /// them. Throws model::Unavailable.
    void ensure_running();

    /// libpq connection string of the database `insights`.
    const std::string& url() const { return url_; }

private:
    struct Server;

    std::filesystem::path state_dir_;
    std::string url_;
    std::unique_ptr<Server> server_;
};

} // namespace insightd::storage
