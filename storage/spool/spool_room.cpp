#include "storage/spool/spool_file.hpp"
#include "storage/spool/sqlite.hpp"

// Room on the disk: given up when there is none, and given back.
namespace insightd::spool
{
namespace
{

/// To move pages takes as much of the log.
constexpr auto vacuum_a_mib = "PRAGMA incremental_vacuum(256)";

} // namespace

/// SQLite's log begins anew at its front, where it needs no new room; if the disk lets it.
void SpoolFile::reuse_log()
{
    if (!db_) // it could not be opened
        return;
    try {
        db_->run("PRAGMA wal_checkpoint(RESTART)");
    } catch (const SqliteError&) { // what follows says so
    }
}

/// What the disk gets back without a row being lost.
void SpoolFile::give_up_reserve()
{
    reserve_.release();
    damaged_.keep_none();
}

void SpoolFile::make_room()
{
    give_up_reserve();
    reuse_log();
}

/// From the room that is free within the file by now; as far as that goes.
void SpoolFile::restore_reserve()
{
    if (!db_) // it could not be opened
        return;
    try {
        give_back(vacuum_a_mib);
    } catch (const SqliteError&) { // the next time, then
    }
    reserve_.take();
}

void SpoolFile::shrink()
{
    if (!db_) // it could not be opened
        return;
    try {
        give_back("PRAGMA incremental_vacuum");
    } catch (const SqliteError& error) {
        if (!error.is_full())
            throw;
        make_room();
        give_back_slowly();
    }
    db_->run("PRAGMA shrink_memory");
    reserve_.take();
}

/// With little room for the moving. A file that was made by others may keep what is free.
void SpoolFile::give_back_slowly()
{
    const auto free_pages = [this] { return db_->number("PRAGMA freelist_count"); };
    auto left = free_pages();
    for (auto before = left + 1; left > 0 && left < before; left = free_pages()) {
        before = left;
        give_back(vacuum_a_mib);
    }
}

/// To the disk, of what is free within the file.
void SpoolFile::give_back(const std::string& vacuum)
{
    db_->run(vacuum);
    db_->run("PRAGMA wal_checkpoint(TRUNCATE)");
}

} // namespace insightd::spool
