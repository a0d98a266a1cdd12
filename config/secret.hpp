#pragma once

#include <string>
#include <utility>
#include <variant>

namespace insightd::config
{

/// A string that cannot be printed by accident: streams and formatters show ***.
/// Its memory is wiped when it dies.
class Secret
{
public:
    Secret() = default;
    explicit Secret(std::string text) : text_{std::move(text)} {}
    Secret(const Secret&) = default;
    Secret(Secret&& other) noexcept : text_{std::move(other.text_)} { other.wipe(); }
    Secret& operator=(Secret other) noexcept
    {
        text_.swap(other.text_);
        return *this;
    }
    ~Secret() { wipe(); }

    /// The secret itself: only for the wire.
    const std::string& reveal() const { return text_; }
    bool empty() const { return text_.empty(); }

private:
    void wipe() noexcept;

    std::string text_;
};

/// Where a secret is kept; the YAML never holds the secret itself.
struct SecretReference {
    enum class Kind { env, file, credential };
    Kind kind{};
    std::string name; ///< variable name, absolute path, or systemd credential name
    bool operator==(const SecretReference&) const = default;
};

/// "env", "file" or "credential".
std::string kind_of(const SecretReference& reference);

/// "env INSTAGRAM_TOKEN", for messages.
std::string to_string(const SecretReference& reference);

/// The secret, or one line saying why it cannot be read and what to do about it.
/// Trailing line ends are cut. `credential` reads $CREDENTIALS_DIRECTORY/<name>.
std::variant<Secret, std::string> resolve(const SecretReference& reference);

} // namespace insightd::config
