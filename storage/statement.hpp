#pragma once

#include "storage/model/rows.hpp"

#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pqxx
{
class transaction_base;
}

namespace insightd::storage
{

/// What becomes of rows that were read by an instance whose account has gone to another meanwhile.
enum class Nature {
    observation, ///< append-only, or the newest wins: true whoever saw it, and however late
    state,       ///< how far the work is and how it fares: only the account's owner knows
};

/// SQL that takes an account ($1) and rows as jsonb ($2). The server parses and plans it once for a
/// connection: with so many columns that costs as much as running it for fifty rows. Running it
/// again with the same rows changes nothing.
struct Statement {
    std::string name; ///< unique in the program, and for ever: spooled rows are kept by it
    Nature nature;
    std::string sql;
};

/// Every statement that there are rows for.
std::vector<const Statement*> all_statements();

/// How statements are planned, for the length of a transaction. Rows are sought by their keys,
/// however few there are: plans are made once, in a new database of empty tables, and reading these
/// whole is dear soon after. What is switched off counts as dear, and what is dear is compiled
/// first, for seconds.
inline constexpr std::string_view seek_by_key =
    "SET LOCAL enable_seqscan TO off; SET LOCAL enable_hashjoin TO off; "
    "SET LOCAL enable_mergejoin TO off; SET LOCAL jit TO off";

/// Rows on their way to a statement. What waits for the database waits in this form: text that
/// needs no decoder of its own for each kind of row.
struct Step {
    std::string statement; ///< by name
    std::string rows;      ///< JSON

    bool operator==(const Step&) const = default;
};

/// The same with one row in each step, where the step has a list of them; their order stays.
std::vector<Step> single_rows(const Step& step);

/// The steps of one transaction, in the order in which later rows rest on earlier ones.
class Steps
{
public:
    void add(const Statement& statement, const boost::json::value& rows);

    /// What follows was read under this fence: as a step of its own in front, it is kept with them.
    void add_fence(std::int64_t fence);

    std::vector<Step> take() { return std::move(steps_); }

private:
    std::vector<Step> steps_;
};

/// Whether it is not rows, but the fence that the others were read under.
bool is_fence(const Step& step);

/// Runs the steps in order, each statement prepared at its first use on the connection. Behind a
/// fence that no longer holds, statements of a state are passed over; returns how many. Throws
/// model::Refused for a statement that this program does not know.
std::size_t
perform(pqxx::transaction_base& tx, model::AccountId account, const std::vector<Step>& steps);

} // namespace insightd::storage
