#pragma once

#include "config/config.hpp"
#include "daemon/http/server.hpp"

#include <boost/asio/ssl/context.hpp>

#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace insightd::http
{

/// A certificate as its files hold it, whenever they change: a renewal needs no restart.
class Certificate
{
public:
    /// Told when files that changed are read, and when they cannot be used: then the former
    /// certificate stays in use. The reason is empty if all is well.
    using Say = std::function<void(const std::string& why_not)>;

    /// Throws config::Unusable, or CannotListen for what passes by itself.
    Certificate(config::Certificate files, Say say);

    /// TLS 1.2 or later with the newest certificate that could be read. A connection keeps its own.
    std::shared_ptr<boost::asio::ssl::context> context();

private:
    using Times = std::array<std::filesystem::file_time_type, 2>;
    Times times() const;

    config::Certificate files_;
    Say say_;
    Times seen_;
    std::shared_ptr<boost::asio::ssl::context> context_;
};

} // namespace insightd::http
