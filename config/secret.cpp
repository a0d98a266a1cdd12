#include "config/secret.hpp"

#include "config/whole_file.hpp"

#include <sodium.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace insightd::config
{
namespace
{

using Resolved = std::variant<Secret, std::string>;

constexpr std::array<const char*, 3> kinds{"env", "file", "credential"};

Resolved cleaned(std::string text, const std::string& where)
{
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.pop_back();
    if (text.empty())
        return where + " is empty: put the secret there";
    return Secret{std::move(text)};
}

Resolved from_file(const std::filesystem::path& path, const std::string& where)
{
    auto text = whole_file(path);
    if (!text)
        return where + " cannot be read (" + std::strerror(errno) +
               "): create it with mode 0600, owned by the user insightd runs as";
    return cleaned(*std::move(text), where);
}

Resolved from_environment(const std::string& name)
{
    const char* value = std::getenv(name.c_str());
    if (value == nullptr)
        return "environment variable " + name + " is not set: set it for the service";
    return cleaned(value, "environment variable " + name);
}

Resolved from_credentials(const std::string& name)
{
    const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
    if (folder == nullptr)
        return "credential " + name +
               " cannot be read: it needs LoadCredential= in the systemd unit "
               "($CREDENTIALS_DIRECTORY "
               "is not set)";
    return from_file(std::filesystem::path{folder} / name, "credential " + name);
}

} // namespace

void Secret::wipe() noexcept
{
    sodium_memzero(text_.data(), text_.size());
}

std::string kind_of(const SecretReference& reference)
{
    return kinds.at(static_cast<std::size_t>(reference.kind));
}

std::string to_string(const SecretReference& reference)
{
    return kind_of(reference) + " " + reference.name;
}

std::variant<Secret, std::string> resolve(const SecretReference& reference)
{
    switch (reference.kind) {
    case SecretReference::Kind::env:
        return from_environment(reference.name);
    case SecretReference::Kind::file:
        return from_file(reference.name, "file " + reference.name);
    case SecretReference::Kind::credential:
        break;
    }
    return from_credentials(reference.name);
}

} // namespace insightd::config
