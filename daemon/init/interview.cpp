#include "daemon/init/interview.hpp"

#include "daemon/init/yaml_text.hpp"

#include <fmt/format.h>

#include <utility>

namespace insightd::init
{
namespace
{

std::string trimmed(const std::string& text)
{
    const auto begin = text.find_first_not_of(" \t\r");
    const auto end = text.find_last_not_of(" \t\r");
    return begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
}

class Interview
{
public:
    explicit Interview(const Means& means) : means_{means} {}

    Answers run()
    {
        for (const auto& question : questions())
            if (!is_answered(question) && question.applies(answers_))
                take(question);
        refuse_what_was_given_in_vain();
        return std::move(answers_);
    }

private:
    using Kind = Question::Kind;

    bool is_answered(const Question& question) const
    {
        return answers_.texts.contains(question.key);
    }

    void take(const Question& question)
    {
        if (question.kind == Kind::hidden)
            take_hidden(question);
        else if (const auto given = means_.given.find(question.key); given != means_.given.end())
            take_for_good(question, given->second);
        else if (means_.ask && question.kind != Kind::unasked)
            ask(question);
        else
            take_for_good(question, question.preset(answers_, means_.surroundings));
    }

    /// Nobody can be asked again.
    void take_for_good(const Question& question, const std::string& text)
    {
        const auto verdict = judge(question, text);
        if (verdict.kind != Verdict::Kind::fine)
            throw Refused{fmt::format("--{}: {}", question.key, verdict.words)};
        say(verdict);
    }

    void ask(const Question& question)
    {
        auto preset = question.preset(answers_, means_.surroundings);
        means_.say(fmt::format("\n{}", question.meaning));
        for (std::optional<std::string> doubted;;) {
            const auto line = means_.ask(
                preset.empty() ? fmt::format("{}: ", question.title)
                               : fmt::format("{} [{}]: ", question.title, preset));
            if (!line)
                throw Abandoned{"it was not finished: nothing is written"};
            const auto text = trimmed(*line).empty() ? preset : trimmed(*line);
            const auto verdict = judge(question, text);
            say(verdict);
            const bool is_doubtful = verdict.kind == Verdict::Kind::doubtful;
            const bool insists = is_doubtful && doubted == text;
            if (verdict.kind == Verdict::Kind::fine || insists)
                return;
            if (is_doubtful) {
                means_.say("      Enter takes it all the same.");
                doubted = preset = text;
            }
        }
    }

    /// Empty: it will be added later.
    void take_hidden(const Question& question)
    {
        if (!means_.given_token && means_.ask)
            means_.say(fmt::format("\n{}", question.meaning));
        for (;;) {
            answers_.token = means_.given_token ? *means_.given_token
                             : means_.ask       ? means_.ask_hidden(std::string{question.title})
                                                : config::Secret{};
            answers_.texts.insert_or_assign(std::string{question.key}, "");
            if (answers_.token.empty())
                return;
            const auto verdict = probed(question);
            if (verdict.kind == Verdict::Kind::wrong && means_.given_token)
                throw Refused{"the token: " + verdict.words};
            say(verdict);
            if (verdict.kind != Verdict::Kind::wrong)
                return;
        }
    }

    /// The answer stays: a wrong one until another is given.
    Verdict judge(const Question& question, const std::string& text)
    {
        answers_.texts.insert_or_assign(std::string{question.key}, text);
        return text.empty() ? judged_empty(question) : judged(question);
    }

    Verdict judged_empty(const Question& question) const
    {
        if (question.kind != Kind::text)
            return {};
        return {Verdict::Kind::wrong, fmt::format("is needed. {}", question.meaning)};
    }

    Verdict judged(const Question& question)
    {
        if (question.refusal != nullptr)
            if (auto words = question.refusal(answers_, means_.surroundings); !words.empty())
                return {Verdict::Kind::wrong, std::move(words)};
        if (auto words = mistake_in(answers_, means_.surroundings); !words.empty())
            return {Verdict::Kind::wrong, std::move(words)};
        return probed(question);
    }

    Verdict probed(const Question& question)
    {
        const auto probe = means_.probes.find(question.key);
        return probe == means_.probes.end() ? Verdict{} : probe->second(answers_);
    }

    void say(const Verdict& verdict) const
    {
        if (!verdict.words.empty())
            means_.say(fmt::format(
                "{}  {}", verdict.kind == Verdict::Kind::fine ? "ok  " : "FAIL", verdict.words));
    }

    /// An option that answers no question is a misunderstanding.
    void refuse_what_was_given_in_vain() const
    {
        for (const auto& [key, text] : means_.given)
            if (!answers_.texts.contains(key))
                throw Refused{fmt::format("--{} does not belong to the other answers", key)};
        if (means_.given_token && answers_.token.empty())
            throw Refused{"a token is given, but the other answers have no place for it"};
    }

    const Means& means_;
    Answers answers_;
};

} // namespace

Answers interview(const Means& means)
{
    return Interview{means}.run();
}

} // namespace insightd::init
