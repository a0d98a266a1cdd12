#pragma once

#include <chrono>
#include <filesystem>
#include <string>

namespace insightd::torture
{

/// A key, and a certificate that it has signed itself, as PEM in one file.
struct Certificate {
    std::filesystem::path file;
    std::string name; ///< whom it is for: "IP:127.0.0.1", "DNS:elsewhere.example"
    std::chrono::seconds until{std::chrono::hours{48}}; ///< from now; it began a week ago
};

/// Throws std::runtime_error where OpenSSL cannot.
void make(const Certificate& wish);

} // namespace insightd::torture
