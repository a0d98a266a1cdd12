#include "tests/torture/random/kinds.hpp"

// Between the program and the platform.
namespace insightd::torture
{
namespace
{

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
        Cost::unreceived,
        become(state),
        become(Line::State::open)};
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
        line("no HTTP", "answers are other bytes", spoiling),
        line("closed after each answer", "FIN where keep-alive was promised", closing),
    };
}

} // namespace insightd::torture
