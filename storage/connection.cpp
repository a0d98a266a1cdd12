#include "storage/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace insightd::storage
{
namespace
{

/// Appended to what the user wrote; libpq lets the user's own settings come first.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> settings{{
    {"application_name", "insightd"},
    {"connect_timeout", "10"},
    {"tcp_user_timeout", "20000"},
    {"keepalives_idle", "30"},
    {"keepalives_interval", "10"},
    // A process that is stopped within a transaction must not hold its locks. To compile a plan
    // takes longer than any of ours runs.
    {"options",
     "-c statement_timeout=60000 -c idle_in_transaction_session_timeout=10000 -c jit=off"},
}};

bool is_url(const std::string& text)
{
    return text.find("://") != std::string::npos;
}

/// As a value within a URL: libpq takes no blank and no second `=` there.
std::string escaped(std::string_view plain)
{
    std::string text;
    for (const char letter : plain)
        text += letter == ' ' ? "%20" : letter == '=' ? "%3D" : std::string{letter};
    return text;
}

std::string first_line(std::string text)
{
    text.erase(std::min(text.find('\n'), text.size()));
    return text;
}

/// Classes of SQLSTATE that speak of the very rows: they would be refused another time as well.
/// Every other speaks of the server, of what it holds, or of what somebody did to it, as a trigger
/// that raises: the same rows will do once that is mended.
bool speaks_of_rows(const std::string& sqlstate)
{
    static constexpr std::array<std::string_view, 4> classes{"21", "22", "23", "54"};
    return sqlstate.size() >= 2 &&
           std::ranges::find(classes, std::string_view{sqlstate}.substr(0, 2)) != classes.end();
}

/// A role or a server whose commits do not wait for the disk would call stored what is not. Every
/// other choice, as of standbys to wait for, is the server's.
void insist_on_disk(pqxx::connection& connection)
{
    pqxx::nontransaction{connection}.exec("SELECT set_config('synchronous_commit', 'on', false) "
                                          "WHERE current_setting('synchronous_commit') = 'off'");
}

constexpr auto grant =
    ": grant it to the role that `database` names, or run `insightd migrate` as the owner";

} // namespace

std::string with_settings(std::string url)
{
    const bool as_url = is_url(url);
    for (const auto& [name, value] : settings) {
        if (url.find(std::string{name} + "=") != std::string::npos)
            continue;
        if (as_url) {
            url += url.find('?') == std::string::npos ? '?' : '&';
            url += fmt::format("{}={}", name, escaped(value));
        } else {
            url += fmt::format(" {}='{}'", name, value);
        }
    }
    return url;
}

std::unique_ptr<pqxx::connection> connect(const std::string& url)
{
    return translated([&] {
        auto made = std::make_unique<pqxx::connection>(with_settings(url));
        insist_on_disk(*made);
        return made;
    });
}

void rethrow_translated()
{
    try {
        throw;
    } catch (const model::Unavailable&) {
        throw;
    } catch (const model::Refused&) {
        throw;
    } catch (const pqxx::broken_connection& error) {
        throw model::Unavailable{
            "the database is away: " + first_line(error.what()) + mend_connection};
    } catch (const pqxx::in_doubt_error& error) {
        throw model::Unavailable{"the database broke off a commit: " + first_line(error.what())};
    } catch (const pqxx::insufficient_privilege& error) {
        throw model::Unavailable{
            "the database does not allow it: " + first_line(error.what()) + grant};
    } catch (const pqxx::sql_error& error) {
        const auto text =
            fmt::format("{} (SQLSTATE {})", first_line(error.what()), error.sqlstate());
        if (speaks_of_rows(error.sqlstate()))
            throw model::Refused{refused_rows + text};
        throw model::Unavailable{"the database cannot take rows now: " + text};
    } catch (const std::exception& error) {
        throw model::Unavailable{
            "the database cannot be used: " + first_line(error.what()) + mend_connection};
    }
}

} // namespace insightd::storage
