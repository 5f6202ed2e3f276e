"""Strings that break out of something somewhere: markup, templates, SQL, spreadsheets, files, marks.

`STORED` are kept as typed and must be inert wherever they are shown; `REFUSED` hold control or
bidirectional characters, which no text may.
"""

MARKUP = r"""
<script>alert(1)</script>
<ScRiPt src=//example.invalid/x.js></ScRiPt>
</script><script>alert(1)</script>
</title><script>alert(1)</script>
</textarea><script>alert(1)</script>
</style><script>alert(1)</script>
</option></select><img src=x onerror=alert(1)>
--><script>alert(1)</script><!--
<!--><svg onload=alert(1)>
]]><script>alert(1)</script>
<img src=x onerror=alert(1)>
<img src="x" onerror="alert(1)"//>
<image href=x onerror=alert(1)>
<svg onload=alert(1)>
<svg><script>alert(1)</script></svg>
<svg><animate onbegin=alert(1) attributeName=x dur=1s>
<svg><a xlink:href="javascript:alert(1)"><text y=20>x</text></a></svg>
<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>
<body onload=alert(1)>
<iframe srcdoc="<script>alert(1)</script>"></iframe>
<iframe src="javascript:alert(1)"></iframe>
<object data="javascript:alert(1)"></object>
<embed src="javascript:alert(1)">
<form action="javascript:alert(1)"><button>x</button></form>
<button formaction="javascript:alert(1)">x</button>
<input autofocus onfocus=alert(1)>
<select autofocus onfocus=alert(1)>
<details open ontoggle=alert(1)>
<video><source onerror=alert(1)></video>
<audio src=x onerror=alert(1)>
<marquee onstart=alert(1)>
<meta http-equiv="refresh" content="0;url=javascript:alert(1)">
<base href="//example.invalid/">
<link rel=stylesheet href="//example.invalid/x.css">
<style>@import "//example.invalid/x.css";</style>
<style>body{background:url(//example.invalid/x)}</style>
<div style="background:url(javascript:alert(1))">
<a href="javascript:alert(1)">x</a>
<a href="JaVaScRiPt:alert(1)">x</a>
<a href="data:text/html,<script>alert(1)</script>">x</a>
<template><script>alert(1)</script></template>
<noscript><p title="</noscript><img src=x onerror=alert(1)>">
<table><td background="javascript:alert(1)">
<u>下線</u>
<p><u>国の方針に基づき</u></p>
<ins>追加</ins><del>削除</del>
<br/><hr/>
<plaintext>
<xmp><script>alert(1)</script></xmp>
<?php echo 1; ?>
<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>
<x:include href="file:///etc/passwd" />
&lt;script&gt;alert(1)&lt;/script&gt;
&#60;script&#62;alert(1)&#60;/script&#62;
&amp;lt;b&amp;gt;
&nbsp;&copy;&#x26;&bogus;
＜script＞alert(1)＜／script＞
""".strip().split("\n")

ATTRIBUTES = r"""
" onmouseover="alert(1)
' onmouseover='alert(1)
" autofocus onfocus=alert(1) x="
'"><img src=x onerror=alert(1)>
"><script>alert(1)</script>
`onmouseover=alert(1)
javascript:alert(1)
data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==
" style="position:fixed;inset:0
"/><base href="//example.invalid/
\";alert(1);//
';alert(String.fromCharCode(88,83,83))//
""".strip().split("\n")

TEMPLATES = r"""
{{ 7|add:7 }}
{% debug %}
{% include "base.html" %}
{# comment #}
{{ request.session }}
{{settings.SECRET_KEY}}
${7*7}
#{7*7}
<%= 7*7 %>
%(user)s %s %d %n
{0.__class__.__mro__}
{user.password}
\N{BULLET} \x3cscript\x3e \u003cscript\u003e
""".strip().split("\n")

DATABASE = r"""
' OR '1'='1
'; DROP TABLE evaluation_wording; --
" OR ""="
1; SELECT pg_sleep(10)
%' AND 1=1 --
\'; DELETE FROM programs_user; --
100%_完了
""".strip().split("\n")

SPREADSHEETS = r"""
=1+1
=HYPERLINK("http://example.invalid","x")
=cmd|' /C calc'!A0
+1+1
-1+1
@SUM(1+1)
＝1+1
＋1
－1
＠SUM(1)
=IMPORTXML("http://example.invalid","//a")
""".strip().split("\n")

PLACES = r"""
../../../etc/passwd
..\..\windows\system32
file:///etc/passwd
http://127.0.0.1:1/
//example.invalid/
x.pdf"; filename="y.exe
CON
<img src="file:///etc/passwd">
<link rel=attachment href="file:///etc/passwd">
url(file:///etc/passwd)
@import url("//example.invalid/x.css");
""".strip().split("\n")

ODD = [
    "・・・",
    "（新設）（削る）（同左）（略）",
    "ー一二三ー",
    "\u3000先頭の全角空白",
    "㈱①ⅢＡａｱ",
    "髙﨑𠮷",
    "か\u3099が",
    "葛\U000e0100",
    "見え\u200bない",
    "結合\u2060子",
    "\ufeff先頭",
    "ソフト\u00adハイフン",
    "null",
    "undefined",
    "None",
    "0",
    "１２３",
    "A" * 150,
    "あ" * 150,
]

STORED = [*MARKUP, *ATTRIBUTES, *TEMPLATES, *DATABASE, *SPREADSHEETS, *PLACES, *ODD]
REFUSED = [
    f"前{character}後"
    for character in "\x00\x01\x07\x08\x0b\x0c\x1b\x1f\x7f\x80\x9f\u2028\u2029"
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
]
