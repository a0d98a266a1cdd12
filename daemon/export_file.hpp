#pragma once

#include "storage/export.hpp"

#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>

namespace insightd::daemon
{

/// Where exported rows go: standard output, or a file that has its name only once it is whole.
class ExportFile
{
public:
    /// Empty: standard output. Opens nothing before the first row.
    explicit ExportFile(std::filesystem::path path);
    ~ExportFile(); ///< what is not whole is removed, standard output apart
    ExportFile(const ExportFile&) = delete;
    ExportFile& operator=(const ExportFile&) = delete;

    /// False if it cannot be written any more, or if nobody reads.
    bool write(std::string_view text);

    /// All is written: false as for write().
    bool finish();

    /// Why it could not be written, in a line; empty if nobody read to the end, as with `| head`.
    const std::string& complaint() const { return complaint_; }

private:
    bool open();
    bool failed(const char* what);
    std::filesystem::path unfinished() const;

    std::filesystem::path path_;
    std::FILE* file_ = nullptr;
    std::string complaint_;
};

/// "123,456 rows  12.3 MB  40,000 rows/s", for so many seconds since the start.
std::string rows_line(const storage::Exported& so_far, double seconds);

} // namespace insightd::daemon
