#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// A real PostgreSQL for tests: one private server for the process, a database for each test.
namespace insightd::testing
{

/// A folder of its own that is gone with the object; its parents may be entered by anyone.
class ScratchFolder
{
public:
    ScratchFolder();
    ~ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// libpq connection string of a new, empty database. Its commits do not wait for the disk.
std::string fresh_database();

/// The same with the newest schema in it.
std::string migrated_database();

/// The same with everything that is in another, which nobody is connected to.
std::string copied_database(const std::string& url);

/// An empty one whose commits reach the disk, as do all of the server's from now on.
std::string durable_database();

/// Ends what it was made for: a torture makes thousands.
void drop_database(const std::string& url);

/// Takes the database away from everyone, or gives it back: who is connected is cut off, and nobody
/// gets in. Queries of a test cannot be made meanwhile, either.
void allow_connections(const std::string& url, bool allowed);

using Row = std::vector<std::optional<std::string>>; ///< NULL is nothing

/// All rows of a query, as text.
std::vector<Row> query(const std::string& url, const std::string& sql);

/// The only field of the only row.
std::optional<std::string> query1(const std::string& url, const std::string& sql);

} // namespace insightd::testing
