#pragma once

#include "config/secret.hpp"

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace insightd::vault
{

/// The key is missing, unreadable or not the one that sealed a token. The message says what to do,
/// and holds no key.
struct KeyTrouble : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// 256 bits for XChaCha20-Poly1305; wiped when it dies.
class Key
{
public:
    static constexpr std::size_t size = 32;

    /// A new random key.
    static Key random();

    /// From 64 hex digits; throws KeyTrouble for anything else.
    static Key from_hex(const std::string& digits);

    /// Eight hex digits that tell keys apart and say nothing of the key itself.
    const std::string& id() const { return id_; }
    const unsigned char* bytes() const;
    config::Secret hex() const;

private:
    explicit Key(config::Secret bytes);

    config::Secret bytes_;
    std::string id_;
};

/// The keys of the vault, newest first: the first seals, all open. Kept as lines of 64 hex digits.
class Keyring
{
public:
    /// Throws KeyTrouble if no key is in the text, or a line is none.
    static Keyring parse(const config::Secret& text);

    /// From a file of our own. Throws KeyTrouble if it can be read by others or not by us.
    static Keyring of_file(const std::filesystem::path& file);

    /// The same; a file that is not there is made first, mode 0600, with one random key.
    static Keyring of_file_or_new(const std::filesystem::path& file);

    const Key& newest() const { return keys_.front(); }

    /// The key of that id; throws KeyTrouble if it is not here.
    const Key& of_id(const std::string& id) const;

    /// With another key in front.
    Keyring with(Key key) const;

    /// Only the newest ones, at most that many.
    Keyring only(std::size_t count) const;

    /// Replaces the file as a whole: after a power cut it holds the old keys or the new ones.
    void save(const std::filesystem::path& file) const;

private:
    explicit Keyring(std::vector<Key> keys) : keys_{std::move(keys)} {}
    static void make(const std::filesystem::path& file);
    config::Secret text() const;

    std::vector<Key> keys_;
};

} // namespace insightd::vault
