#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace insightd::testing
{

/// What came in.
struct Received {
    std::string target;
    std::string head;   ///< request line and headers, as sent
    std::string body{}; ///< of a POST
};

/// What goes out; by default a whole answer on a connection that stays open.
struct Scripted {
    int status = 200;
    std::string body = "{}";
    std::string headers;      ///< more header lines, each ending in \r\n
    bool cut_body = false;    ///< close in the middle of the body
    bool close_after = false; ///< close without having said so
    bool stall = false;       ///< never answer
};

/// A server on loopback that answers by script, over HTTP or, with a certificate, HTTPS.
class FakeGraph
{
public:
    using Script = std::function<Scripted(const Received&)>;

    struct Certificate {
        std::filesystem::path chain, key;
    };

    explicit FakeGraph(Script script);
    FakeGraph(Script script, const Certificate& certificate);
    ~FakeGraph();

    /// "http://127.0.0.1:41234", or https with the name as host.
    std::string url(const std::string& host = "127.0.0.1") const;

    std::vector<Received> received() const;
    std::size_t connections() const;
    std::size_t most_open() const; ///< connections open at once

private:
    struct Listener;
    std::shared_ptr<Listener> listener_;
};

} // namespace insightd::testing
