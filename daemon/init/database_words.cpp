#include "daemon/init/database_words.hpp"

#include <array>

namespace insightd::init
{
namespace
{

struct Mend {
    std::string_view words;
    std::string_view mend;
};

/// Words of libpq and of the server, from what is special to what is general. Source: PostgreSQL's
/// src/interfaces/libpq/fe-connect.c and src/backend/{utils/init,libpq}.
constexpr std::array mends{
    Mend{
        "Peer authentication failed",
        "this server takes a local user's own name only: run insightd as that user, or connect "
        "with host=localhost and a password in ~/.pgpass"},
    Mend{
        "no password supplied",
        "put the password into ~/.pgpass, as HOST:PORT:DATABASE:USER:PASSWORD, and chmod 600 it"},
    Mend{"password authentication failed", "correct the password in ~/.pgpass"},
    Mend{
        "no pg_hba.conf entry",
        "the server lets nobody in from this machine: add a line to its pg_hba.conf"},
    Mend{
        "database \"", "make it: sudo -u postgres createdb -O ROLE NAME, or take the name of one "
                       "that is there"},
    Mend{"role \"", "make the role: sudo -u postgres createuser ROLE"},
    Mend{"could not translate host name", "correct the name of the host"},
    Mend{
        "Connection refused",
        "nothing listens there: start PostgreSQL, and see that host and port are right"},
    Mend{
        "No such file or directory",
        "no PostgreSQL runs on this machine: start it (systemctl start postgresql), or answer "
        "`embedded`"},
    Mend{"timeout expired", "the host does not answer: see that host, port and firewall are right"},
};

} // namespace

std::string_view mend_of(std::string_view words)
{
    for (const auto& line : mends)
        if (words.find(line.words) != std::string_view::npos)
            return line.mend;
    return {};
}

} // namespace insightd::init
