#pragma once

#include "storage/model/rows.hpp"
#include "storage/spool/damaged_files.hpp"
#include "storage/spool/mark.hpp"
#include "storage/spool/record.hpp"
#include "storage/spool/reserve.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace insightd::spool
{

class Sqlite;
class Transaction;
struct Stored;

/// How much may wait.
struct Bounds {
    std::int64_t bytes = std::int64_t{1} << 30;
    std::int64_t rows = 5'000'000;
};

/// How much waits.
struct Depth {
    std::int64_t records = 0, rows = 0, bytes = 0;
    std::optional<model::Instant> oldest; ///< observed then
    std::int64_t set_aside = 0;           ///< records kept for inspection
    std::int64_t untold = 0; ///< rows lost, dropped ones among them, that the database has not
                             ///< heard of; not those of which nobody knows how many they were
    bool operator==(const Depth&) const = default;
};

/// A loss that the database has not heard of.
struct UntoldLoss {
    model::AccountId account_id{};
    model::Loss loss;
};

/// Rows that wait for the database, in one SQLite file: on the disk when append() returns, in
/// order, bounded, each with a checksum. What is dropped is remembered as a loss, in the same
/// transaction. Blocks; for one thread. Everything throws SqliteError when the disk is full or
/// broken; what can be mended, such as a damaged file, is mended at once and remembered as a loss.
class SpoolFile
{
public:
    /// Opens or makes the file. One that SQLite cannot read is set aside, beside it, and what can
    /// be read of it goes into a new one. `now` is for the record of that.
    SpoolFile(std::filesystem::path file, Bounds bounds, model::Instant now);
    ~SpoolFile();

    /// Waits at the end of the queue. When that is full the oldest refetchable records go, then the
    /// oldest of all; false if this one itself was the least that could go.
    bool append(const Record& record, model::Instant now);

    /// The oldest records behind this place, at most so many and about so many bytes. One whose
    /// checksum does not match is set aside. What was handed out, and what is before it, is not
    /// dropped until give_back(), or until nothing was left to be handed out.
    std::vector<Record>
    next(std::size_t records, std::size_t bytes, model::Instant now, std::int64_t behind = 0);
    void acknowledge(const std::vector<std::int64_t>& written, model::Instant now);
    void give_back() { held_through_ = 0; }

    /// Keeps a record that the database refused out of the way, and its rows, or those of them that
    /// were refused, as a loss.
    void
    set_aside(const Record& record, std::size_t rows, const std::string& why, model::Instant now);

    /// The same with a record that never was in the file.
    void refuse(Record record, const std::string& why, model::Instant now);

    std::vector<UntoldLoss> losses(model::Instant now);
    /// Forgets those that did not grow since.
    void told(const std::vector<UntoldLoss>& losses, model::Instant now);

    const Depth& depth() const { return depth_; }
    /// Rows dropped since the file was opened.
    std::int64_t dropped() const { return dropped_; }
    /// When it was last found damaged, cut off or removed since it was opened; nothing: it was not.
    const std::optional<model::Instant>& damaged_at() const { return damaged_at_; }
    /// Whether rows had to go for want of room since this was asked last.
    bool take_dropping() { return std::exchange(dropping_, false); }
    /// By how many the records of each account became more or fewer since this was asked last.
    std::map<model::AccountId, std::int64_t> take_changes() { return std::exchange(changes_, {}); }
    /// What happened to the file since this was asked last, in words; empty: nothing.
    std::string take_news() { return std::exchange(news_, {}); }

    /// Gives the room and the memory back that an empty queue does not need.
    void shrink();

    /// Somebody removed it: the next piece of work makes it anew, and what waited there is a loss.
    void leave_folder();

    /// For tests: SQLite then says that the disk is full.
    void limit_pages(std::int64_t pages);

private:
    /// What was read of a damaged file.
    struct Salvaged {
        bool whole = true;       ///< everything that is in it
        std::int64_t newest = 0; ///< number of the newest record that was ever in it
    };

    template <class Work> auto mended(model::Instant now, Work work);
    template <class Work> void with_reserve(model::Instant now, Work work);

    // spool_mending.cpp
    template <class Work> void wholly(Work work);
    void open(model::Instant now);
    void look_through(model::Instant now);
    void prepare_file();
    void recount();
    void begin_anew(const std::string& why, model::Instant now);
    void finish_salvage(const std::string& why, model::Instant now);
    void raise_numbers(std::int64_t at_least);
    bool is_short(std::int64_t newest) const;
    void say_if_short(model::Instant now);
    void say_lost_folder(model::Instant now);
    void note_unknown_loss(const std::string& why, model::Instant now);
    Mark::Content content() const;
    void note(const Mark::Content& content);
    Salvaged salvage(const std::filesystem::path& damaged, model::Instant now);
    bool salvage_records(Sqlite& old, std::string_view order);
    bool take_over(const Record& record, const std::string& body, const std::string& checksums);

    // spool_room.cpp
    void reuse_log();
    void give_up_reserve();
    void make_room();
    void restore_reserve();
    void give_back_slowly();
    void give_back(const std::string& vacuum);

    // spool_file.cpp
    bool insert(const Record& record, model::Instant now);
    void insert_row(const Record& record, const std::string& body);
    bool drop_oldest(std::optional<model::Worth> worth, const std::string& why, model::Instant now);
    void acknowledge_in_pieces(std::span<const std::int64_t> written, model::Instant now);
    void remove_all(std::span<const std::int64_t> written);
    bool drop_for_full_disk(std::int64_t bytes, model::Instant now);
    void remove(std::int64_t seq);
    void put_aside(const Record& record, const std::string& why);
    void note_loss(
        const Record& record, std::optional<std::int64_t> rows, const std::string& why,
        model::Instant now);
    void note_loss_of(const Stored& stored, const std::string& why, model::Instant now);
    void commit(Transaction& tx);
    void note_oldest();
    void count(model::AccountId account, std::int64_t records);

    std::filesystem::path file_;
    DamagedFiles damaged_;
    Reserve reserve_;
    Mark mark_;
    Bounds bounds_;
    std::unique_ptr<Sqlite> db_;
    Depth depth_;
    std::int64_t newest_ = 0; ///< record that was ever put in
    Mark::Content marked_;
    std::map<model::AccountId, std::int64_t> queued_, changes_;
    std::int64_t held_through_ = 0; ///< the newest record that was handed out
    std::int64_t left_behind_ = 0;  ///< records in a folder that was removed, until that is a loss
    int salvages_ = 0;              ///< that were not finished, in a row
    std::int64_t last_given_ = 0;   ///< the same, of the files that were damaged since
    std::int64_t dropped_ = 0;
    std::optional<model::Instant> damaged_at_;
    bool dropping_ = false;
    std::string news_;
};

/// How much waits in the file of another process; nothing if there is none that can be read.
std::optional<Depth> look_into(const std::filesystem::path& file);

} // namespace insightd::spool
