#pragma once

#include "storage/model/token.hpp"

#include <filesystem>
#include <optional>

/// Renewed tokens that the database has not taken yet: sealed, in files, so that neither an absent
/// database nor kill -9 loses what the platform may have given only once.
namespace insightd::daemon
{

class PendingTokens
{
public:
    explicit PendingTokens(std::filesystem::path folder) : folder_{std::move(folder)} {}

    /// Written and synced when it returns. False if the folder cannot be written.
    bool save(const model::SealedToken& token) const;

    /// Nothing if there is none, or it cannot be read.
    std::optional<model::SealedToken> load(model::AccountId account) const;

    void remove(model::AccountId account) const;

private:
    std::filesystem::path file_of(model::AccountId account) const;

    std::filesystem::path folder_;
};

} // namespace insightd::daemon
