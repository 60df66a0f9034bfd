"""Long work around files. It opens its own short transactions and holds none while bytes move or ffmpeg runs."""
