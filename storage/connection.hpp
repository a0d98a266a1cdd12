#pragma once

#include "storage/model/writer.hpp"

#include <pqxx/pqxx>

#include <memory>
#include <string>

/// Connections to PostgreSQL, and what their errors mean.
namespace insightd::storage
{

/// What to do about a database that cannot be reached.
constexpr auto mend_connection =
    ": see that PostgreSQL runs and that `database` in the configuration names it";

/// Begins what Refused says of rows that the database did not take.
constexpr auto refused_rows = "the database refused the rows: ";

/// `url` with deadlines for connecting, for a dead network and for each statement, where the user
/// set none.
std::string with_settings(std::string url);

/// A connection with these settings.
/// Throws model::Unavailable with one line that says what to do; never a password.
std::unique_ptr<pqxx::connection> connect(const std::string& url);

/// Runs `work` and turns libpqxx's exceptions into ours: Unavailable if the server is away or asks
/// to try again, Refused if it does not take what was sent.
template <class Work> auto translated(Work&& work) -> decltype(work());

/// The exception that is being handled, as ours; call it in a catch block only.
[[noreturn]] void rethrow_translated();

template <class Work> auto translated(Work&& work) -> decltype(work())
{
    try {
        return work();
    } catch (const std::exception&) {
        rethrow_translated();
    }
}

} // namespace insightd::storage
