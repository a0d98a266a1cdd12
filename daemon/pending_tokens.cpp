#include "daemon/pending_tokens.hpp"

#include "config/whole_file.hpp"
#include "storage/spool/token_text.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace insightd::daemon
{
namespace
{

namespace fs = std::filesystem;

bool write_synced(const fs::path& file, const std::string& text)
{
    const int handle = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (handle < 0)
        return false;
    const bool whole =
        write(handle, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
        fsync(handle) == 0;
    close(handle);
    return whole;
}

} // namespace

bool PendingTokens::save(const model::SealedToken& token) const
{
    std::error_code failed;
    fs::create_directories(folder_, failed);
    const auto file = file_of(token.facts.account_id);
    auto fresh = file;
    fresh += ".new";
    if (!write_synced(fresh, spool::text_of(token)))
        return false;
    fs::rename(fresh, file, failed);
    return !failed;
}

std::optional<model::SealedToken> PendingTokens::load(model::AccountId account) const
{
    const auto text = config::whole_file(file_of(account));
    if (!text)
        return std::nullopt;
    try {
        return spool::token_in(*text);
    } catch (const std::exception&) { // cut off by a full disk, say: it was never whole
        return std::nullopt;
    }
}

void PendingTokens::remove(model::AccountId account) const
{
    std::error_code ignored;
    fs::remove(file_of(account), ignored);
}

fs::path PendingTokens::file_of(model::AccountId account) const
{
    return folder_ / (std::to_string(account) + ".token");
}

} // namespace insightd::daemon
