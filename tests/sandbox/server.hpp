#pragma once

#include "tests/sandbox/api.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <string>

namespace insightd::sandbox
{

/// The Api on two loopback listeners, one for each host, with keep-alive and gzip.
class Server
{
public:
    /// Port 0 takes any free one. `now` is the world's clock.
    Server(
        boost::asio::any_io_executor loop, Api& api, std::function<Instant()> now,
        unsigned short instagram_port = 0, unsigned short facebook_port = 0);
    ~Server();

    std::string instagram_url() const;
    std::string facebook_url() const;

    /// Closes the listeners and every connection.
    void stop();

private:
    struct Listeners;
    std::shared_ptr<Listeners> listeners_;
};

} // namespace insightd::sandbox
