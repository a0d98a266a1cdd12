#include "storage/spool/spool_file.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

// What lies on the disk may be anything after a crash or a dying disk. Slow: each execution makes a
// file, damages it and opens it; record_fuzzer.cpp has what is in it.

using namespace insightd;

namespace
{

namespace fs = std::filesystem;

const fs::path& folder()
{
    static const auto made =
        fs::temp_directory_path() / ("insightd-spool-fuzz-" + std::to_string(getpid()));
    return made;
}

spool::Record a_record()
{
    spool::Record record;
    record.account_id = 1;
    record.contents.rows = 1;
    record.steps = {{"media_facts", "[]"}};
    return record;
}

/// A good file that takes rows.
void make_file(const fs::path& file)
{
    spool::SpoolFile good{file, {}, {}};
    for (int number = 0; number < 3; ++number)
        good.append(a_record(), {});
}

/// The text, where it lands in a file of our own: whatever that does, the next row must be taken
/// and given back.
void read_file(const std::string& text)
{
    fs::remove_all(folder());
    const auto file = folder() / "spool.db";
    make_file(file);
    const auto size = fs::file_size(file);
    const auto at = text.empty() ? 0 : std::hash<std::string>{}(text) % size;
    {
        std::fstream stream{file, std::ios::in | std::ios::out | std::ios::binary};
        stream.seekp(static_cast<std::streamoff>(at));
        stream << text;
    }
    spool::SpoolFile damaged{file, {}, {}};
    damaged.append(a_record(), {});
    const auto left = damaged.next(100, 1 << 20, {});
    if (left.empty() || left.back().steps != a_record().steps)
        __builtin_trap();
    damaged.acknowledge({left.back().seq}, {});
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    read_file({reinterpret_cast<const char*>(data), size});
    return 0;
}
