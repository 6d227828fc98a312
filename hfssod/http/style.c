/*
 * The stylesheet of http's pages: light and dark, for a phone as well.
 * Must never load anything.
 */
#include "hfssod/http/response.h"
#include "hfssod/http/style.h"

static const char	 sheet[] =
	":root{color-scheme:light dark;--text:#1c2024;--soft:#5b6470;"
	"--back:#f4f5f7;--card:#fff;--line:#d8dce1;--main:#1f5fbf;"
	"--on:#fff;--note:#fff4d6;--good:#dcf2e0}\n"
	"@media (prefers-color-scheme:dark){:root{--text:#e6e9ee;"
	"--soft:#a0a9b6;--back:#14171b;--card:#1d2126;--line:#363d46;"
	"--main:#7fb0ff;--on:#0d1420;--note:#3a3116;--good:#173523}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0;background:var(--back);color:var(--text);"
	"font:1rem/1.5 system-ui,sans-serif}\n"
	"main{max-width:28rem;margin:8vh auto;padding:1.5rem 2rem 2rem;"
	"background:var(--card);border:1px solid var(--line);"
	"border-radius:.6rem}\n"
	"main.wide{max-width:46rem}\n"
	"@media (max-width:32rem){main,main.wide{max-width:none;margin:0;"
	"border:0;border-radius:0;min-height:100vh}}\n"
	"h1{font-size:1.5rem;line-height:1.2;margin:.5rem 0 1rem}\n"
	"h2{font-size:1rem;margin:1.5rem 0 .5rem}\n"
	"a{color:var(--main)}\n"
	"label{display:block;margin-bottom:.3rem}\n"
	"input,button,.button,.door{font:inherit;width:100%;min-height:2.75rem;"
	"border-radius:.4rem;padding:.55rem .8rem}\n"
	"input{border:1px solid var(--soft);background:var(--back);"
	"color:inherit;margin-bottom:.8rem}\n"
	"button,.button{display:block;border:0;background:var(--main);"
	"color:var(--on);font-weight:600;text-align:center;"
	"text-decoration:none;cursor:pointer}\n"
	":focus-visible{outline:3px solid var(--main);outline-offset:2px}\n"
	"ul{list-style:none;margin:0;padding:0}\n"
	"li{margin:.5rem 0}\n"
	".door{display:flex;justify-content:space-between;gap:0 1rem;"
	"flex-wrap:wrap;border:1px solid var(--line);text-decoration:none;"
	"overflow-wrap:anywhere}\n"
	"span,.small,dt{color:var(--soft)}\n"
	".small{font-size:.875rem;margin-top:2rem}\n"
	".note{background:var(--note);border-radius:.4rem;"
	"padding:.6rem .8rem}\n"
	".good{background:var(--good)}\n"
	"dl{margin:0}\n"
	"dt{font-size:.875rem;margin-top:.6rem;overflow-wrap:anywhere}\n"
	"dd{margin:0;overflow-wrap:anywhere}\n"
	"section{border-top:1px solid var(--line);margin-top:1.2rem}\n"
	"section+p,dl+p{margin-top:1.5rem}\n"
	"code{font-family:ui-monospace,monospace;font-size:.9em}\n";

bool
style_show(struct call *c, const struct incoming *in)
{
	struct buffer	 body = { 0 };

	(void)in;
	buffer_add(&body, sheet, sizeof(sheet) - 1);
	response_begin(c, 200);
	response_header(c, "Cache-Control", "public, max-age=3600");
	response_header(c, "X-Content-Type-Options", "nosniff");
	response_body(c, "text/css; charset=utf-8", &body);
	return true;
}
