#include "daemon/reload/reading.hpp"

#include <functional>
#include <utility>

namespace insightd::reload
{
namespace
{

std::size_t fingerprint_of_text(const std::string& text)
{
    return std::hash<std::string>{}(text);
}

} // namespace

std::size_t fingerprint_of(const std::filesystem::path& file)
{
    const auto text = config::text_of(file);
    const auto* known = std::get_if<std::string>(&text);
    return known != nullptr ? fingerprint_of_text(*known) : 0;
}

Reading read(
    const std::filesystem::path& file, const config::MetricVocabulary& metrics,
    const config::Config& running, std::size_t known)
{
    Reading reading;
    auto text = config::text_of(file);
    if (auto* mistakes = std::get_if<config::Mistakes>(&text)) {
        reading.mistakes = std::move(*mistakes);
        return reading;
    }
    const auto& words = std::get<std::string>(text);
    reading.fingerprint = fingerprint_of_text(words);
    reading.is_as_before = known != 0 && reading.fingerprint == known;
    if (reading.is_as_before)
        return reading;
    auto parsed = config::parse(words, file.string(), metrics);
    if (auto* mistakes = std::get_if<config::Mistakes>(&parsed)) {
        reading.mistakes = std::move(*mistakes);
        return reading;
    }
    reading.wanted = std::get<config::Config>(std::move(parsed));
    reading.changes = changes_between(running, reading.wanted);
    return reading;
}

std::string first_of(const config::Mistakes& mistakes)
{
    const auto all = mistakes.text();
    return all.substr(0, all.find('\n'));
}

} // namespace insightd::reload
