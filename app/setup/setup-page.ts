/** One page with one form, which posts the manifest to GitHub from the browser of whoever sets the App up. */
export function setupPage({ action, manifest }: { readonly action: string; readonly manifest: object }): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Set up Airlock</title>
<h1>Set up Airlock</h1>
<p>This registers a GitHub App of your own with what app.yml asks for. GitHub shows it to you first.</p>
<form method="post" action="${escapeHtml(action)}">
<input type="hidden" name="manifest" value="${escapeHtml(JSON.stringify(manifest))}">
<button>Register the App on GitHub</button>
</form>
</html>
`
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}
