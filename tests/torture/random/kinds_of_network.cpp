#include "tests/torture/random/kinds.hpp"

// Between the program and the platform, and between the program and its database.
namespace insightd::torture
{
namespace
{

/// Answers arrive, be it late. One that closes does so after the first piece that it passes on,
/// which is no answer where TLS has something of its own to say.
bool passes_answers(Line::State state)
{
    return state == Line::State::slow || state == Line::State::dripping;
}

Kind line(std::string_view name, std::string_view how, Line::State state)
{
    const auto become = [](Line::State wanted) {
        return [wanted](Ground& ground) {
            for (const auto& one : ground.lines)
                one->become(wanted);
        };
    };
    return {
        name,
        how,
        "the line is open again",
        Part::network,
        passes_answers(state) ? Cost::nothing : Cost::unread,
        become(state),
        become(Line::State::open)};
}

Kind database_line(std::string_view name, std::string_view how, Line::State state)
{
    return {
        name,
        how,
        "the line is open again",
        Part::database,
        Cost::nothing,
        [state](Ground& ground) { ground.database_line.become(state); },
        [](Ground& ground) { ground.database_line.become(Line::State::open); }};
}

Kind door(std::string_view name, std::string_view how, Door::State state)
{
    const auto become = [](Door::State wanted) {
        return [wanted](Ground& ground) {
            for (const auto& one : ground.doors)
                one->become(wanted);
        };
    };
    return {name,         how,           "the right certificate",    Part::network,
            Cost::unread, become(state), become(Door::State::proper)};
}

} // namespace

std::vector<Kind> kinds_of_network()
{
    using enum Line::State;
    return {
        line("connections refused", "nobody listens, and open ones are reset", refusing),
        line("connections reset", "RST as soon as something is asked", resetting),
        line("half-open connections", "what is sent arrives nowhere", silent),
        line("latency", "each piece of an answer is 0.33 s late", slow),
        line("dripping", "answers come 64 bytes at a time", dripping),
        line("bodies cut off", "half of a piece, then FIN", cutting),
        line("bodies broken off", "half of a piece, then RST", breaking),
        line("other bytes", "each byte of an answer is another one", spoiling),
        line("closed after each answer", "FIN where keep-alive was promised", closing),
        door(
            "TLS: unknown authority", "a certificate that nobody vouches for",
            Door::State::stranger),
        door("TLS: expired", "a trusted certificate that was over yesterday", Door::State::expired),
        door("TLS: another host", "a trusted certificate of another name", Door::State::elsewhere),
        door("TLS: broken off", "FIN in the middle of the handshake", Door::State::hanging_up),
        door("TLS: outdated", "nothing newer than TLS 1.1", Door::State::outdated),
        door("TLS: none", "plain HTTP to whoever greets", Door::State::no_tls),
        database_line("database: refused", "nobody listens, and open ones are reset", refusing),
        database_line("database: reset", "RST as soon as something is asked", resetting),
        database_line("database: half-open", "what is sent arrives nowhere", silent),
        database_line("database: late", "each piece of an answer is 0.33 s late", slow),
        database_line("database: dripping", "answers come 64 bytes at a time", dripping),
        database_line("database: cut off", "half of a piece, then FIN", cutting),
        database_line("database: broken off", "half of a piece, then RST", breaking),
        database_line("database: other bytes", "each byte of an answer is another one", spoiling),
    };
}

} // namespace insightd::torture
