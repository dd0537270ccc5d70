"""What a build would ask its teachers about one video, found out without asking anybody."""
