#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <variant>

namespace insightd::torture
{

/// The network between the program and a server, on a thread of its own: everything that goes over
/// it can be held up, cut off or spoilt.
class Line
{
public:
    /// Of the server: a port of this machine, or a socket in its file system.
    using Address = std::variant<std::uint16_t, std::filesystem::path>;

    enum class State {
        open,
        refusing,  ///< nobody listens
        resetting, ///< connections are reset as soon as something is asked
        silent,    ///< half-open: what is sent arrives nowhere, and nobody says so
        slow,      ///< answers come a third of a second later
        dripping,  ///< … a few bytes at a time
        cutting,   ///< … to their half, then the connection is closed
        breaking,  ///< … to their half, then it is reset
        spoiling,  ///< … as bytes that are no HTTP
        closing,   ///< … whole, then the connection is closed without having said so
    };

    explicit Line(Address to);
    ~Line();

    std::uint16_t port() const; ///< of this machine, where the program finds it
    void become(State state);
    /// Another server is behind it: who is connected to the former one is cut off.
    void lead_to(Address to);

private:
    struct Exchange;
    std::shared_ptr<Exchange> exchange_;
};

} // namespace insightd::torture
