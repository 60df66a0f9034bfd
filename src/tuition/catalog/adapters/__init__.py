"""The catalogue's tools from outside: Markdown, HTML, pictures, PDF, ffmpeg."""
