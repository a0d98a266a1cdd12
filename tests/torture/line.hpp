#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace insightd::torture
{

/// The network between the program and a port of the platform, on a thread of its own: everything
/// that goes over it can be held up, cut off or spoilt.
class Line
{
public:
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

    explicit Line(std::uint16_t to);
    ~Line();

    std::string url() const; ///< "http://127.0.0.1:41234"
    void become(State state);

private:
    struct Exchange;
    std::shared_ptr<Exchange> exchange_;
};

} // namespace insightd::torture
