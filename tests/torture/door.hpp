#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

namespace insightd::torture
{

/// TLS in front of a port of the platform, on a thread of its own.
class Door
{
public:
    enum class State {
        proper,     ///< a certificate of 127.0.0.1 that the program is told to trust
        stranger,   ///< one that nobody vouches for
        expired,    ///< trusted, and over since yesterday
        elsewhere,  ///< trusted, and of another host
        hanging_up, ///< the connection ends in the middle of the handshake
        outdated,   ///< nothing newer than TLS 1.1 is spoken
        no_tls,     ///< plain HTTP is answered to whoever greets
    };

    /// Certificates are made in the folder.
    Door(std::uint16_t to, const std::filesystem::path& folder);
    ~Door();

    std::uint16_t port() const;
    /// Whoever is connected is cut off, so that everybody has to greet again.
    void become(State state);

    /// What the program is to trust. Written by the first door of the folder.
    static std::filesystem::path trusted(const std::filesystem::path& folder);

private:
    struct House;
    std::shared_ptr<House> house_;
};

} // namespace insightd::torture
