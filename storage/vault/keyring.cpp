#include "storage/vault/keyring.hpp"

#include "config/whole_file.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace insightd::vault
{
namespace
{

namespace fs = std::filesystem;

constexpr std::size_t id_bytes = 4;

/// libsodium wants this once; again does no harm.
void make_ready()
{
    if (sodium_init() < 0)
        throw KeyTrouble{"libsodium does not start: the machine gives no random numbers"};
}

const unsigned char* unsigned_bytes(const std::string& text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hex_of(const unsigned char* bytes, std::size_t count)
{
    std::string digits(count * 2 + 1, '\0'); // libsodium ends it with a zero
    sodium_bin2hex(digits.data(), digits.size(), bytes, count);
    digits.pop_back();
    return digits;
}

/// A hash, so that the id tells nothing of the key.
std::string id_of(const config::Secret& key)
{
    std::array<unsigned char, crypto_generichash_BYTES> hash{};
    const auto& bytes = key.reveal();
    crypto_generichash(hash.data(), hash.size(), unsigned_bytes(bytes), bytes.size(), nullptr, 0);
    return hex_of(hash.data(), id_bytes);
}

std::string reason()
{
    return std::strerror(errno);
}

void check_private(const fs::path& file)
{
    struct stat facts {
    };
    if (stat(file.c_str(), &facts) == 0 && (facts.st_mode & 077U) != 0)
        throw KeyTrouble{fmt::format(
            "the vault's key {} can be read by others: run `chmod 600 {}`", file.string(),
            file.string())};
}

/// A new name in a folder survives a power cut once the folder is synced.
void make_permanent(const fs::path& folder)
{
    const int handle = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0)
        return;
    fsync(handle);
    close(handle);
}

/// As root we must not take the key from the user that the daemon runs as.
void keep_owner(const fs::path& old, const fs::path& fresh)
{
    struct stat facts {
    };
    if (stat(old.c_str(), &facts) == 0 && chown(fresh.c_str(), facts.st_uid, facts.st_gid) != 0)
        throw KeyTrouble{fmt::format(
            "the vault's key {} cannot be replaced ({}): run this as its owner", old.string(),
            reason())};
}

fs::path temporary_beside(const fs::path& file)
{
    return fmt::format("{}.{}", file.string(), getpid());
}

void write_private(const fs::path& file, const config::Secret& content)
{
    const auto& text = content.reveal();
    const int handle = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const auto written = handle < 0 ? ssize_t{-1} : write(handle, text.data(), text.size());
    const bool whole = written == static_cast<ssize_t>(text.size()) && fsync(handle) == 0;
    const auto why = reason();
    if (handle >= 0)
        close(handle);
    if (!whole)
        throw KeyTrouble{fmt::format(
            "the vault's key {} cannot be written ({}): give its folder to the user insightd runs "
            "as",
            file.string(), why)};
}

} // namespace

Key::Key(config::Secret bytes) : bytes_{std::move(bytes)}, id_{id_of(bytes_)} {}

Key Key::random()
{
    make_ready();
    std::string bytes(size, '\0');
    randombytes_buf(bytes.data(), bytes.size());
    return Key{config::Secret{std::move(bytes)}};
}

Key Key::from_hex(const std::string& digits)
{
    make_ready();
    std::string bytes(size, '\0');
    std::size_t count = 0;
    const auto failed = sodium_hex2bin(
        reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), digits.data(), digits.size(),
        nullptr, &count, nullptr);
    if (failed != 0 || count != size || digits.size() != size * 2)
        throw KeyTrouble{"the vault's key must be 64 hex digits: make one with `openssl rand -hex "
                         "32`"};
    return Key{config::Secret{std::move(bytes)}};
}

const unsigned char* Key::bytes() const
{
    return unsigned_bytes(bytes_.reveal());
}

config::Secret Key::hex() const
{
    return config::Secret{hex_of(bytes(), size)};
}

Keyring Keyring::parse(const config::Secret& text)
{
    std::vector<Key> keys;
    std::string_view left = text.reveal();
    while (!left.empty()) {
        const auto end = std::min(left.find('\n'), left.size());
        auto line = left.substr(0, end);
        left.remove_prefix(std::min(end + 1, left.size()));
        while (line.ends_with('\r') || line.ends_with(' '))
            line.remove_suffix(1);
        if (!line.empty())
            keys.push_back(Key::from_hex(std::string{line}));
    }
    if (keys.empty())
        throw KeyTrouble{"the vault's key is empty: put 64 hex digits there (`openssl rand -hex "
                         "32`)"};
    return Keyring{std::move(keys)};
}

/// Whoever comes second finds the file of the first: a link never replaces one.
void Keyring::make(const fs::path& file)
{
    std::error_code ignored; // write_private() says what is wrong
    fs::create_directories(file.parent_path(), ignored);
    const auto fresh = temporary_beside(file);
    write_private(fresh, Keyring{{Key::random()}}.text());
    fs::create_hard_link(fresh, file, ignored);
    fs::remove(fresh, ignored);
    make_permanent(file.parent_path());
}

Keyring Keyring::of_file_or_new(const fs::path& file)
{
    if (!fs::exists(file))
        make(file);
    return of_file(file);
}

Keyring Keyring::of_file(const fs::path& file)
{
    check_private(file);
    auto text = config::whole_file(file);
    if (!text)
        throw KeyTrouble{fmt::format(
            "the vault's key {} cannot be read ({}): give it to the user insightd runs as",
            file.string(), reason())};
    return parse(config::Secret{*std::move(text)});
}

const Key& Keyring::of_id(const std::string& id) const
{
    const auto found = std::ranges::find(keys_, id, &Key::id);
    if (found == keys_.end())
        throw KeyTrouble{fmt::format(
            "a token is sealed with key {}, which is not at hand (newest key: {}): put that key "
            "back as a further line of `vault.key`, or log in again",
            id, newest().id())};
    return *found;
}

Keyring Keyring::with(Key key) const
{
    auto keys = keys_;
    keys.insert(keys.begin(), std::move(key));
    return Keyring{std::move(keys)};
}

Keyring Keyring::only(std::size_t count) const
{
    auto keys = keys_;
    keys.erase(
        keys.begin() + static_cast<std::ptrdiff_t>(std::min(count, keys.size())), keys.end());
    return Keyring{std::move(keys)};
}

config::Secret Keyring::text() const
{
    std::string lines;
    lines.reserve(keys_.size() * (Key::size * 2 + 1)); // a longer one would leave a copy behind
    for (const auto& key : keys_)
        lines += key.hex().reveal() + "\n";
    return config::Secret{std::move(lines)};
}

void Keyring::save(const fs::path& file) const
{
    const auto fresh = temporary_beside(file);
    write_private(fresh, text());
    keep_owner(file, fresh);
    if (rename(fresh.c_str(), file.c_str()) != 0)
        throw KeyTrouble{
            fmt::format("the vault's key {} cannot be replaced ({})", file.string(), reason())};
    make_permanent(file.parent_path());
}

} // namespace insightd::vault
