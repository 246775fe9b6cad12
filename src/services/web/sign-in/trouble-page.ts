/** A page for people whose sign-in did not work. It needs no script or style. */
export function troublePage(words: readonly string[], base: string): string {
  const paragraphs = words.map((text) => `<p>${escaped(text)}</p>`).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sign in · Filemill</title>
</head>
<body>
<main>
<h1>Signing in did not work</h1>
${paragraphs}
<p><a href="${escaped(`${base}/ui/`)}">Back to Filemill, to try again</a></p>
</main>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
