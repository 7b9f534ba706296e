/** The media types of reports. @see RFC 8460 §6.4, §6.5 */

/** The registered types, and the base type that some senders use. */
export const reportMediaTypes: readonly string[] = [
  "application/tlsrpt+json",
  "application/tlsrpt+gzip",
  "application/tlsrpt",
];

/** Whether a media type, in lower case, claims that something is a report, registered or not. */
export function claimsReportType(mediaType: string): boolean {
  return mediaType.startsWith("application/tlsrpt");
}

/** What a registered media type says about the content; null: the type is not registered. */
export function contentOfMediaType(mediaType: string): "json" | "gzip" | null {
  if (mediaType === "application/tlsrpt+json") return "json";
  return mediaType === "application/tlsrpt+gzip" ? "gzip" : null;
}
