#pragma once

#include "storage/model/time.hpp"

#include <cstddef>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

namespace insightd::spool
{

/// Files of a spool that were damaged, beside it. One is unfinished until what can be read of it is
/// on the disk elsewhere; then it gets its last name and stays for inspection.
class DamagedFiles
{
public:
    explicit DamagedFiles(std::filesystem::path spool) : spool_{std::move(spool)} {}

    /// The file of the spool becomes one of them; its log stays until take_log_along().
    void set_apart(model::Instant now) const;

    /// A log without its file belongs to the file that was set apart last.
    void take_log_along() const;

    /// The oldest first.
    std::vector<std::filesystem::path> unfinished() const;

    /// What can be read of it was read: it is "spool.db.damaged-20260301T120000Z" from now on, or
    /// with a number behind it if there is one already.
    std::filesystem::path finish(const std::filesystem::path& unfinished, model::Instant now) const;

    /// Older ones that are finished go, and their logs: they take room on the disk.
    void keep_few() const;
    void keep_none() const;

private:
    std::vector<std::filesystem::path> beside(std::string_view part) const;
    std::filesystem::path name_of_finished(model::Instant now) const;
    void keep(std::size_t most) const;

    std::filesystem::path spool_;
};

} // namespace insightd::spool
