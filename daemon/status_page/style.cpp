#include "daemon/status_page/layout.hpp"

namespace insightd::status_page
{

// Contrast of text on its ground is 4.5 or more in both schemes: status_page/style_test.cpp.
std::string_view style()
{
    return R"css(
:root{color-scheme:light dark;
--ground:#f6f6f3;--card:#ffffff;--ink:#1d1f22;--soft:#5a5f67;--line:#e0e1dc;--link:#1f52b5;
--bad:#a8201a;--bad-ground:#fcebe9;--warn:#7a4a00;--warn-ground:#fdf2dc;--good:#1b6a3a;
--plot:#2c64c9;--plot-soft:#c9d9f6;--hatch:#868b93}
@media (prefers-color-scheme:dark){:root{
--ground:#121417;--card:#1b1e22;--ink:#e7e8ea;--soft:#a6abb3;--line:#30343a;--link:#8fb6ff;
--bad:#ff9d95;--bad-ground:#3b1c1a;--warn:#f2c078;--warn-ground:#33270f;--good:#83d8a4;
--plot:#7fabff;--plot-soft:#2a3f66;--hatch:#7d838c}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;
font-variant-numeric:tabular-nums}
header,main,footer{max-width:1120px;margin:0 auto;padding:0 24px}
header{display:flex;flex-wrap:wrap;gap:4px 20px;align-items:baseline;padding-top:20px;
padding-bottom:12px}
header .name{font-weight:650;color:var(--ink);text-decoration:none}
header .soft{margin-left:auto}
main{padding-top:8px;padding-bottom:40px}
footer{padding-bottom:40px;color:var(--soft);font-size:14px}
footer a{margin-right:16px}
a{color:var(--link);text-underline-offset:3px;text-decoration-thickness:1px}
a:focus-visible,summary:focus-visible,input:focus-visible,button:focus-visible,
.scroll:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
h1{font-size:28px;line-height:1.2;font-weight:650;letter-spacing:-.01em;margin:8px 0 20px}
h2{font-size:19px;line-height:1.3;font-weight:650;margin:36px 0 12px}
h3{font-size:16px;line-height:1.3;font-weight:600;margin:0}
p{margin:0 0 8px}
.soft{color:var(--soft)}
.bad{color:var(--bad)}.warn{color:var(--warn)}.good{color:var(--good)}
code{font:14px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;
overflow-wrap:anywhere}
.mend code{display:inline-block;background:var(--card);color:var(--ink);
border:1px solid var(--line);border-radius:6px;padding:3px 10px;user-select:all}
.mend{margin:0}
.quoted{font-size:14px;color:var(--soft);overflow-wrap:anywhere;margin:0}
.mark{white-space:nowrap;font-weight:600}
.mark span{display:inline-block;width:1.4em}
.needs{display:grid;gap:12px;margin-bottom:16px}
.needs:empty{display:none}
.need{background:var(--bad-ground);border-left:4px solid var(--bad);border-radius:8px;
padding:14px 18px;display:grid;gap:6px}
.need.attention{background:var(--warn-ground);border-color:var(--warn)}
.need p{margin:0}
.need h2{font-size:16px;margin:0}
main>.need{margin-bottom:16px}
.need .quoted{color:var(--ink)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(128px,1fr));gap:12px;margin:0}
.tiles div{background:var(--card);border:1px solid var(--line);border-radius:10px;
padding:12px 16px}
.tiles dt{font-size:14px;color:var(--soft)}
.tiles dd{margin:2px 0 0;font-size:20px;font-weight:600;line-height:1.3}
.tiles dd small{display:block;font-size:14px;font-weight:400;color:var(--soft);line-height:1.4}
form{display:flex;gap:8px;margin:0 0 12px;flex-wrap:wrap;align-items:center}
label{color:var(--soft)}
input,button{font:inherit;color:inherit;border:1px solid var(--soft);border-radius:8px;
padding:6px 12px;background:var(--card);min-height:40px}
input{flex:1 1 200px;max-width:320px;min-width:0}
button{cursor:pointer}
table{border-collapse:collapse;width:100%}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);
white-space:nowrap}
th,td{text-align:left;vertical-align:top;padding:9px 12px;border-bottom:1px solid var(--line)}
thead th{font-size:13px;font-weight:500;color:var(--soft);white-space:nowrap}
tbody th{font-weight:600}
td.num,th.num{text-align:right;white-space:nowrap}
td.brief{white-space:nowrap}
td p{white-space:normal}
tbody tr:last-child>*{border-bottom:0}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;overflow:hidden}
.names{columns:220px;column-gap:24px;list-style:none;margin:0;padding:4px 0}
.names li{break-inside:avoid;padding:3px 0;overflow-wrap:anywhere}
details{margin-top:10px}
summary{cursor:pointer;color:var(--link);padding:6px 0;width:fit-content}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:4px 20px;margin:0;
background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 18px}
.facts dt{color:var(--soft)}
.facts dd{margin:0;overflow-wrap:anywhere}
.caption{white-space:pre-wrap;overflow-wrap:anywhere}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(440px,100%),1fr));gap:16px}
.chart{background:var(--card);border:1px solid var(--line);border-radius:10px;
padding:14px 18px;min-width:0}
.newest{margin:2px 0 8px;color:var(--soft);font-size:14px}
.newest strong{font-size:24px;font-weight:650;color:var(--ink);margin-right:6px}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{font-size:13px;fill:var(--soft)}
.grid{stroke:var(--line)}
.stroke{fill:none;stroke:var(--plot);stroke-width:2.2;stroke-linejoin:round;stroke-linecap:round}
.stroke.dot{stroke-width:6}
.bar{fill:var(--plot)}
.bar.provisional{fill:var(--plot-soft);stroke:var(--plot);stroke-width:1.3}
.mark-point{fill:var(--plot);stroke:var(--plot);stroke-width:1.5}
.mark-point.provisional{fill:var(--card)}
.hatch{stroke:var(--hatch);stroke-width:1.4;fill:none}
.legend{display:flex;flex-wrap:wrap;gap:2px 18px;font-size:13px;color:var(--soft);margin:6px 0 0}
.legend span{display:inline-flex;align-items:center;gap:7px}
svg.key{width:22px;height:12px;display:inline-block;flex:none;overflow:hidden}
.scroll{max-height:360px;overflow:auto;border:1px solid var(--line);border-radius:8px}
.scroll th,.scroll td{padding:5px 10px;font-size:14px;font-weight:400}
@media (max-width:700px){
header,main,footer{padding-left:16px;padding-right:16px}
h1{font-size:24px}
h2{margin-top:30px}
svg text{font-size:19px}
svg.key text{font-size:13px}
.tiles{grid-template-columns:1fr 1fr;gap:8px}
.tiles div{padding:10px 12px}
.tiles div:last-child:nth-child(odd){grid-column:1/-1}
.facts{grid-template-columns:1fr;gap:0}
.facts dd{margin-bottom:8px}
.stack,.stack tbody,.stack th{display:block}
.stack thead{display:none}
.stack tr{display:grid;grid-template-columns:1fr 1fr;gap:4px 16px;padding:12px 14px;
border-bottom:1px solid var(--line)}
.stack th,.stack td.words{grid-column:1/-1}
.stack tr:last-child{border-bottom:0}
.stack th,.stack td{border:0;padding:2px 0}
.stack td{text-align:left;white-space:normal}
.stack td::before{content:attr(data-label);display:block;color:var(--soft);font-size:13px;
line-height:1.3}
.stack td:empty{display:none}
.chart{padding:12px 12px}
}
)css";
}

} // namespace insightd::status_page
