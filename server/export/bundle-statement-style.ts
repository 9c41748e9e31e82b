/** How the statement looks, on paper first: dark on white, lines to write on, nothing torn over two pages. */

export const STATEMENT_STYLE = `
@page { size: A4; margin: 16mm 18mm }
* { box-sizing: border-box }
body { font: 10.5pt/1.4 "Liberation Sans", Arial, Helvetica, sans-serif; color: #111; background: #fff; max-width: 174mm; margin: 0 auto; padding: 6mm 0 }
h1 { font-size: 19pt; margin: 0 0 3mm }
h1 small { font-size: 10.5pt; font-weight: normal; color: #444; margin-left: 2mm }
h2 { font-size: 11.5pt; margin: 5mm 0 2mm; border-bottom: .5pt solid #111; break-after: avoid }
p { margin: 1.5mm 0 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .9mm 3mm .9mm 0; border-bottom: .25pt solid #bbb; overflow-wrap: anywhere }
th { width: 45mm; font-weight: normal; color: #444 }
a { color: inherit }
td span { white-space: nowrap }
q { overflow-wrap: anywhere }
.note { font-size: 9pt; color: #444 }
.simulated { font-size: 20pt; font-weight: bold; color: #b00000; border: 2pt solid #b00000; padding: 2mm 4mm; text-align: center; margin: 3mm 0 }
.blanks { display: flex; gap: 0 6mm; break-inside: avoid }
.blanks div { flex: 1; display: flex; align-items: flex-end; gap: 2mm; min-height: 8.5mm }
.blanks span { color: #444; white-space: nowrap }
.blanks i { flex: 1; border-bottom: .5pt solid #111 }
.line { height: 8.5mm; border-bottom: .5pt solid #111 }
@media screen and (max-width: 174mm) { body { padding: 4mm } .blanks { flex-wrap: wrap } .blanks div { flex-basis: 60mm } }
@media print { body { padding: 0; max-width: none } .overleaf { break-before: page } }
`
