/**
 * Where Vertex AI is in a location, up to and with the location:
 * `https://europe-west4-aiplatform.googleapis.com/v1/projects/…/locations/europe-west4`. `baseUrl` stands for the part
 * up to and with `/v1`. https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations
 */
export function vertexAddress(project: string, location: string, baseUrl: string | undefined): string {
  const base = (baseUrl ?? `https://${hostOf(location)}/v1`).replace(/\/+$/, '')
  return `${base}/projects/${encodeURIComponent(project)}/locations/${encodeURIComponent(location)}`
}

function hostOf(location: string): string {
  if (location === 'global') return 'aiplatform.googleapis.com'
  if (location === 'us' || location === 'eu') return `aiplatform.${location}.rep.googleapis.com`
  return `${location}-aiplatform.googleapis.com`
}
