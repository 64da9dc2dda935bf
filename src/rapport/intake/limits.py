"""How much a file may ask of us. Sizes in bytes, times in seconds."""

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_PAGES = 1_000
MAX_PAGES_READ = 60
MAX_PAGES_SHOWN = 20
MAX_CHARACTERS = 400_000
MAX_UNPACKED_BYTES = 60 * 1024 * 1024
MAX_COMPRESSION_RATIO = 200
TIME_LIMIT_S = 20
DRAWING_LIMIT_S = 10
MEMORY_LIMIT_BYTES = 512 * 1024 * 1024
MAX_ARCHIVE_MEMBERS = 5_000
MAX_DIRECTORY_BYTES = 4 * 1024 * 1024  # the list of contents of an archive: 800 for each member
MAX_FILES_OF_ARCHIVES = 50_000  # of an archive and those inside it together
MAX_ARCHIVE_BYTES = 2 * 1024 * 1024 * 1024
