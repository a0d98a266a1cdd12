#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace insightd::spool
{

/// What must at least be in the spool's file, kept beside it. SQLite takes a log that was cut off,
/// or a file that is empty, for one that never held more. After a power cut the mark may say less
/// than there is, and never more: it is raised in passing, and on the disk once it is lowered.
class Mark
{
public:
    struct Content {
        std::int64_t newest = 0;  ///< number of the newest record that was ever put in
        std::int64_t waiting = 0; ///< records, and losses that the database has not heard of
        std::int64_t oldest = 0;  ///< of them, microseconds since 1970; 0: not known
        bool operator==(const Content&) const = default;
    };

    explicit Mark(std::filesystem::path file) : file_{std::move(file)} {}

    /// Nothing if there is none, or it is damaged.
    std::optional<Content> read() const;
    /// One that cannot be written is removed: it would say too much.
    void write(const Content& content) const;
    /// The same, and it is on the disk when this returns.
    void lower(const Content& content) const;

private:
    void put(const Content& content, int (*keep)(int)) const;

    std::filesystem::path file_;
};

} // namespace insightd::spool
